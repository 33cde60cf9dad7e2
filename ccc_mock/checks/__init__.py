"""The checks that a request passes, a module for each stage; `ccc_mock.stages` puts them in order."""
