import static org.junit.jupiter.api.Assertions.*;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.tencentcloudapi.ccc.v20200210.CccClient;
import com.tencentcloudapi.ccc.v20200210.models.CreateAIAgentCallRequest;
import com.tencentcloudapi.common.Credential;
import com.tencentcloudapi.common.exception.TencentCloudSDKException;
import com.tencentcloudapi.common.profile.ClientProfile;
import com.tencentcloudapi.common.profile.HttpProfile;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A refused number, a rate limit, and one call that is placed.  Run it: mvn test */
class CallsTest {
    static final String URL = System.getenv().getOrDefault("CCC_MOCK_URL", "http://127.0.0.1:8679");
    static final String OWN_NUMBER = "008613800000001";
    static final String ANOTHER = "008613800000002";

    CccClient client;
    String ofAccount;

    /** The code under test: as in production. */
    static String placeCall(CccClient client, String callee) throws TencentCloudSDKException {
        var call = new CreateAIAgentCallRequest();
        call.setSdkAppId(1400000000L);
        call.setAIAgentId(15L);
        call.setCallee(callee);
        return client.CreateAIAgentCall(call).getSessionId();
    }

    static JsonObject control(String method, String path, String body) throws Exception {
        var uri = URI.create(URL + "/_ccc/" + path);
        var request = HttpRequest.newBuilder(uri).method(method, BodyPublishers.ofString(body)).build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertEquals(2, answer.statusCode() / 100, answer.body());
        return JsonParser.parseString(answer.body()).getAsJsonObject();
    }

    /** A fresh account: whoever signs with its credential is alone on the fake. */
    @BeforeEach
    void makeAccount() throws Exception {
        var made = control("POST", "accounts", "");
        ofAccount = "?account=" + made.get("account").getAsString();
        var http = new HttpProfile();
        http.setProtocol("http://");
        http.setEndpoint(URL.replace("http://", ""));
        var credential = new Credential(made.get("secret_id").getAsString(), made.get("secret_key").getAsString());
        client = new CccClient(credential, "", new ClientProfile(ClientProfile.SIGN_TC3_256, http));
    }

    @AfterEach
    void removeAccount() throws Exception {
        control("DELETE", "accounts" + ofAccount, "");
    }

    void assertRefused(String code, String callee) {
        var refusal = assertThrows(TencentCloudSDKException.class, () -> placeCall(client, callee));
        assertEquals(code, refusal.getErrorCode());
        assertFalse(refusal.getRequestId().isEmpty());
    }

    @Test
    void aRefusedNumberThenARateLimitThenOneCall() throws Exception {
        var plan = "callee=" + OWN_NUMBER + ": FailedOperation.CalleeIsBlackUser*; RequestLimitExceeded";
        control("POST", "plans" + ofAccount, "{\"plan\": \"" + plan + "\"}");

        assertRefused("FailedOperation.CalleeIsBlackUser", OWN_NUMBER);
        assertRefused("RequestLimitExceeded", ANOTHER);
        var sessionId = placeCall(client, ANOTHER);

        var ledger = control("GET", "ledger" + ofAccount, "");
        assertEquals(1, ledger.getAsJsonArray("calls").size());
        var placed = ledger.getAsJsonArray("calls").get(0).getAsJsonObject();
        assertEquals(sessionId, placed.get("session_id").getAsString());
        assertEquals(0, ledger.getAsJsonArray("duplicates").size());
    }
}
