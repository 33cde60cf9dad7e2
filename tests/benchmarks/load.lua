-- Sends the calls of a pool in turn and counts the answers that are successes.
-- `calls` (a list of whole HTTP requests) and `enough` (stop after so many answers, 0: never) are set above.

local position = 0
answered = 0
failed = 0
example = ""

function request()
  position = position % #calls + 1
  return calls[position]
end

function response(status, headers, body)
  answered = answered + 1
  if status ~= 200 or not body:find('"SessionId"', 1, true) or not body:find('"RequestId"', 1, true) then
    failed = failed + 1
    if example == "" then example = status .. " " .. body end
  end
  if answered == enough then wrk.thread:stop() end
end

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function done(summary, latency, requests)
  local thread, lost = threads[1], summary.errors
  io.stderr:write(string.format("%d %d %d %d %s\n",
    summary.duration, thread:get("answered"), thread:get("failed"),
    lost.connect + lost.read + lost.write + lost.timeout, thread:get("example")))
end
