// Code as in production, host name and all: it knows of no fake, and meets one under `ccc-mock exec`.
package production

import (
	"errors"
	"strings"
	"testing"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

func placeCall(client *common.Client, callee string) (string, error) {
	call := tchttp.NewCommonRequest("ccc", "2020-02-10", "CreateAIAgentCall")
	_ = call.SetActionParameters(map[string]any{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": callee})
	answer := tchttp.NewCommonResponse()
	err := client.Send(call, answer)
	return string(answer.GetBody()), err
}

func TestARefusalAndThenACall(t *testing.T) {
	credential, err := common.DefaultEnvProvider().GetCredential()
	if err != nil {
		t.Fatal(err)
	}
	client := common.NewCommonClient(credential, "ap-shanghai", profile.NewClientProfile())

	var refusal *sdkerrors.TencentCloudSDKError
	if _, err := placeCall(client, "008613800000001"); !errors.As(err, &refusal) ||
		refusal.Code != "FailedOperation.CalleeIsBlackUser" {
		t.Fatalf("expected a refusal, got %v", err)
	}
	if answer, err := placeCall(client, "008613800000002"); err != nil || !strings.Contains(answer, "SessionId") {
		t.Fatalf("expected a call, got %v, %s", err, answer)
	}
}
