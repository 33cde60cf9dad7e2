// A refused number, a rate limit, and one call that is placed.  Run it: go test
package calls

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	sdkerrors "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/errors"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/profile"
)

const ownNumber, another = "008613800000001", "008613800000002"

var urlOfFake = cmp.Or(os.Getenv("CCC_MOCK_URL"), "http://127.0.0.1:8679")

// placeCall is the code under test: as in production.
func placeCall(client *common.Client, callee string) (string, error) {
	call := tchttp.NewCommonRequest("ccc", "2020-02-10", "CreateAIAgentCall")
	_ = call.SetActionParameters(map[string]any{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": callee})
	answer := tchttp.NewCommonResponse()
	if err := client.Send(call, answer); err != nil {
		return "", err
	}
	var placed struct{ Response struct{ SessionId string } }
	err := json.Unmarshal(answer.GetBody(), &placed)
	return placed.Response.SessionId, err
}

func control(t *testing.T, method, path, body string, answer any) {
	t.Helper()
	request, err := http.NewRequest(method, urlOfFake+"/_ccc/"+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	got, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	if err := json.NewDecoder(got.Body).Decode(answer); err != nil || got.StatusCode >= 300 {
		t.Fatalf("%s %s: %s, %v", method, path, got.Status, err)
	}
}

func expectRefusal(t *testing.T, err error, code string) {
	t.Helper()
	var refusal *sdkerrors.TencentCloudSDKError
	if !errors.As(err, &refusal) || refusal.Code != code || refusal.RequestId == "" {
		t.Fatalf("expected %s, got %v", code, err)
	}
}

func TestARefusedNumberThenARateLimitThenOneCall(t *testing.T) {
	// A fresh account: whoever signs with its credential is alone on the fake.
	var made map[string]any
	control(t, "POST", "accounts", "", &made)
	ofAccount := "?account=" + made["account"].(string)
	defer control(t, "DELETE", "accounts"+ofAccount, "", &map[string]any{})

	settings := profile.NewClientProfile()
	settings.HttpProfile.Scheme = "HTTP"
	settings.HttpProfile.Endpoint = strings.TrimPrefix(urlOfFake, "http://")
	credential := common.NewCredential(made["secret_id"].(string), made["secret_key"].(string))
	client := common.NewCommonClient(credential, "", settings)

	plan := `{"plan": "callee=` + ownNumber + `: FailedOperation.CalleeIsBlackUser*; RequestLimitExceeded"}`
	control(t, "POST", "plans"+ofAccount, plan, &map[string]any{})

	_, err := placeCall(client, ownNumber)
	expectRefusal(t, err, "FailedOperation.CalleeIsBlackUser")
	_, err = placeCall(client, another)
	expectRefusal(t, err, "RequestLimitExceeded")
	sessionID, err := placeCall(client, another)
	if err != nil {
		t.Fatal(err)
	}

	var ledger struct {
		Calls []struct {
			SessionID string `json:"session_id"`
		}
		Duplicates []any
	}
	control(t, "GET", "ledger"+ofAccount, "", &ledger)
	if len(ledger.Calls) != 1 || ledger.Calls[0].SessionID != sessionID || len(ledger.Duplicates) != 0 {
		t.Fatalf("expected one call %s, got %+v", sessionID, ledger)
	}
}
