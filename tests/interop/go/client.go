// What the official Go client makes of each case: `client CASES RESULTS`
//
// The product's own module cannot be had from the module proxy, so the two types below are written as that module
// writes them, upon the SDK's common module, which is what signs, sends and reads.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

type variable struct {
	Key   *string `json:"Key,omitnil,omitempty" name:"Key"`
	Value *string `json:"Value,omitnil,omitempty" name:"Value"`
}

type createAIAgentCallRequest struct {
	*tchttp.BaseRequest
	SdkAppId             *int64      `json:"SdkAppId,omitnil,omitempty" name:"SdkAppId"`
	AIAgentId            *uint64     `json:"AIAgentId,omitnil,omitempty" name:"AIAgentId"`
	Callee               *string     `json:"Callee,omitnil,omitempty" name:"Callee"`
	Callers              []*string   `json:"Callers,omitnil,omitempty" name:"Callers"`
	PromptVariables      []*variable `json:"PromptVariables,omitnil,omitempty" name:"PromptVariables"`
	Variables            []*variable `json:"Variables,omitnil,omitempty" name:"Variables"`
	MaxRingTimeoutSecond *int64      `json:"MaxRingTimeoutSecond,omitnil,omitempty" name:"MaxRingTimeoutSecond"`
}

type answered struct {
	SessionId *string
	RequestId *string
}

type createAIAgentCallResponse struct {
	*tchttp.BaseResponse
	Response *answered `json:"Response"`
}

type given struct {
	Case            string          `json:"case"`
	Scheme          string          `json:"scheme"`
	Endpoint        string          `json:"endpoint"`
	Proxy           string          `json:"proxy"`
	SecretID        string          `json:"secret_id"`
	SecretKey       string          `json:"secret_key"`
	Token           string          `json:"token"`
	Region          string          `json:"region"`
	Action          string          `json:"action"`
	Version         string          `json:"version"`
	Params          json.RawMessage `json:"params"`
	Generic         bool            `json:"generic"`
	Method          string          `json:"method"`
	SignedBy        string          `json:"signed_by"`
	UnsignedPayload bool            `json:"unsigned_payload"`
	SkipSign        bool            `json:"skip_sign"`
	Language        string          `json:"language"`
	Timeout         int             `json:"timeout"`
	Calls           int             `json:"calls"`
	Retries         bool            `json:"retries"`
}

type result struct {
	About  []string  `json:"about,omitempty"`
	Case   string    `json:"case,omitempty"`
	Ok     *answered `json:"ok,omitempty"`
	Raised *raised   `json:"raised,omitempty"`
}

type raised struct {
	Class     string `json:"class"`
	Own       bool   `json:"own"`
	Code      string `json:"code"`
	RequestID string `json:"request_id"`
	Message   string `json:"message"`
}

func clientOf(given given) *common.Client {
	settings := profile.NewClientProfile()
	settings.SignMethod = given.SignedBy
	settings.UnsignedPayload = given.UnsignedPayload
	settings.Language = given.Language
	settings.HttpProfile.Scheme = strings.ToUpper(given.Scheme)
	settings.HttpProfile.Endpoint = given.Endpoint
	settings.HttpProfile.ReqMethod = given.Method
	settings.HttpProfile.ReqTimeout = given.Timeout
	settings.HttpProfile.Proxy = given.Proxy
	if given.Retries {
		atOnce := profile.ConstantDurationFunc(0)
		settings.NetworkFailureMaxRetries, settings.NetworkFailureRetryDuration = 2, atOnce
		settings.RateLimitExceededMaxRetries, settings.RateLimitExceededRetryDuration = 2, atOnce
	}
	credential := common.NewTokenCredential(given.SecretID, given.SecretKey, given.Token)
	return common.NewCommonClient(credential, given.Region, settings)
}

func send(given given) (answer *answered, err error) {
	client := clientOf(given)
	for range given.Calls {
		if given.Generic {
			answer, err = sendGeneric(client, given)
		} else {
			answer, err = sendTyped(client, given)
		}
		if err != nil {
			return nil, err
		}
	}
	return answer, nil
}

func sendTyped(client *common.Client, given given) (*answered, error) {
	request := &createAIAgentCallRequest{BaseRequest: &tchttp.BaseRequest{}}
	request.Init().WithApiInfo("ccc", given.Version, given.Action)
	if err := json.Unmarshal(given.Params, request); err != nil {
		return nil, err
	}
	response := &createAIAgentCallResponse{BaseResponse: &tchttp.BaseResponse{}}
	err := client.Send(request, response)
	return response.Response, err
}

func sendGeneric(client *common.Client, given given) (*answered, error) {
	request := tchttp.NewCommonRequest("ccc", given.Version, given.Action)
	if err := request.SetActionParameters(string(given.Params)); err != nil {
		return nil, err
	}
	request.SetSkipSign(given.SkipSign)
	response := tchttp.NewCommonResponse()
	if err := client.Send(request, response); err != nil {
		return nil, err
	}
	var body struct{ Response *answered }
	err := json.Unmarshal(response.GetBody(), &body)
	return body.Response, err
}

func outcome(given given) result {
	answer, err := send(given)
	var refusal *sdkerrors.TencentCloudSDKError
	switch {
	case errors.As(err, &refusal):
		return result{Case: given.Case, Raised: &raised{
			Class: "TencentCloudSDKError", Own: true,
			Code: refusal.Code, RequestID: refusal.RequestId, Message: refusal.Message,
		}}
	case err != nil:
		return result{Case: given.Case, Raised: &raised{Class: fmt.Sprintf("%T", err), Message: err.Error()}}
	default:
		return result{Case: given.Case, Ok: answer}
	}
}

func about() []string {
	build, _ := debug.ReadBuildInfo()
	said := []string{}
	for _, module := range build.Deps {
		said = append(said, module.Path+" "+module.Version)
	}
	return append(said, "Go "+strings.TrimPrefix(runtime.Version(), "go"))
}

func main() {
	told, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var cases []given
	if err := json.Unmarshal(told, &cases); err != nil {
		log.Fatal(err)
	}
	results, err := os.Create(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	lines := json.NewEncoder(results)
	write := func(line result) {
		if err := lines.Encode(line); err != nil {
			log.Fatal(err)
		}
	}
	write(result{About: about()})
	for _, given := range cases {
		write(outcome(given))
	}
	if err := results.Close(); err != nil {
		log.Fatal(err)
	}
}
