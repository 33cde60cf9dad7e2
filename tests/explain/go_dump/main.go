// What Go shows of a request that it sends: dump HOST sdk-post|sdk-get|out|dump|quoted|slog
package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"os"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

const (
	secretID  = "AKIDEXAMPLEEXAMPLEEXAMPLEEXAMPLE0001"
	secretKey = "ExampleSecretKeyExampleSecretKey"
)

// withSDK makes one call; the SDK prints it and the answer on standard error.
func withSDK(host, method string) {
	settings := profile.NewClientProfile()
	settings.Debug = true
	settings.HttpProfile.Scheme = "HTTP"
	settings.HttpProfile.Endpoint = host
	settings.HttpProfile.ReqMethod = method
	client := common.NewCommonClient(common.NewCredential(secretID, secretKey), "", settings)
	call := tchttp.NewCommonRequest("ccc", "2020-02-10", "CreateAIAgentCall")
	_ = call.SetActionParameters(map[string]any{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "0086<138>\n中文"})
	_ = client.Send(call, tchttp.NewCommonResponse())
}

func byHand(host, how string) error {
	body := "{\"Callee\": \"0086\\n\",\n \"Text\": \"\\\"中文\\\" %d\"}\n"
	request, err := http.NewRequest("POST", "http://"+host+"/", strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	request.Header.Set("X-TC-Action", "CreateAIAgentCall")
	dump := httputil.DumpRequestOut
	if how == "dump" {
		dump = httputil.DumpRequest
	}
	dumped, err := dump(request, true)
	if err != nil {
		return err
	}
	switch how {
	case "quoted":
		fmt.Printf("%q\n", dumped)
	case "slog":
		slog.New(slog.NewTextHandler(os.Stdout, nil)).Info("sent", "dump", "http request: "+string(dumped))
	default:
		os.Stdout.Write(dumped)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

func main() {
	host, how := os.Args[1], os.Args[2]
	if method, ok := strings.CutPrefix(how, "sdk-"); ok {
		withSDK(host, strings.ToUpper(method))
	} else if err := byHand(host, how); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
