import static org.junit.jupiter.api.Assertions.*;

import com.tencentcloudapi.ccc.v20200210.CccClient;
import com.tencentcloudapi.ccc.v20200210.models.CreateAIAgentCallRequest;
import com.tencentcloudapi.common.Credential;
import com.tencentcloudapi.common.exception.TencentCloudSDKException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.Test;

/** Code as in production, host name and all: it knows of no fake, and meets one under `ccc-mock exec`. */
class Production {
    final CccClient client = new CccClient(
        new Credential(System.getenv("TENCENTCLOUD_SECRET_ID"), System.getenv("TENCENTCLOUD_SECRET_KEY")), "ap-shanghai");

    String placeCall(String callee) throws TencentCloudSDKException {
        var call = new CreateAIAgentCallRequest();
        call.setSdkAppId(1400000000L);
        call.setAIAgentId(15L);
        call.setCallee(callee);
        return client.CreateAIAgentCall(call).getSessionId();
    }

    @Test
    void aRefusalAndThenACall() throws Exception {
        var refusal = assertThrows(TencentCloudSDKException.class, () -> placeCall("008613800000001"));
        assertEquals("FailedOperation.CalleeIsBlackUser", refusal.getErrorCode());
        assertFalse(placeCall("008613800000002").isEmpty());
    }

    /** A request by hand, which nobody signed. */
    @Test
    void javasOwnClientMeetsTheFakeToo() throws Exception {
        var request = HttpRequest.newBuilder(URI.create("https://ccc.tencentcloudapi.com/")).build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertTrue(answer.body().contains("MissingParameter"), answer.body());
    }
}
