import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.tencentcloudapi.ccc.v20200210.CccClient;
import com.tencentcloudapi.ccc.v20200210.models.CreateAIAgentCallRequest;
import com.tencentcloudapi.ccc.v20200210.models.CreateAIAgentCallResponse;
import com.tencentcloudapi.common.AbstractModel;
import com.tencentcloudapi.common.CommonClient;
import com.tencentcloudapi.common.Credential;
import com.tencentcloudapi.common.exception.TencentCloudSDKException;
import com.tencentcloudapi.common.profile.ClientProfile;
import com.tencentcloudapi.common.profile.HttpProfile;
import com.tencentcloudapi.common.profile.Language;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the official Java client makes of each case: {@code java Client CASES RESULTS} */
public class Client {
    static final Gson GSON = new Gson();

    static String text(JsonObject given, String name) {
        JsonElement value = given.get(name);
        return value.isJsonNull() ? null : value.getAsString();
    }

    static ClientProfile profileOf(JsonObject given) {
        var http = new HttpProfile();
        http.setProtocol(text(given, "scheme") + "://");
        http.setEndpoint(text(given, "endpoint"));
        http.setReqMethod(text(given, "method"));
        var timeout = given.get("timeout").getAsInt();
        http.setConnTimeout(timeout);
        http.setReadTimeout(timeout);
        http.setWriteTimeout(timeout);
        if (text(given, "proxy") != null) {
            var proxy = URI.create(text(given, "proxy"));
            http.setProxyHost(proxy.getHost());
            http.setProxyPort(proxy.getPort());
        }
        var profile = new ClientProfile(text(given, "signed_by"), http);
        profile.setUnsignedPayload(given.get("unsigned_payload").getAsBoolean());
        profile.setLanguage("zh-CN".equals(text(given, "language")) ? Language.ZH_CN : Language.EN_US);
        return profile;
    }

    static JsonObject send(JsonObject given) throws TencentCloudSDKException {
        var key = new Credential(text(given, "secret_id"), text(given, "secret_key"), text(given, "token"));
        var region = text(given, "region");
        var params = given.get("params").toString();
        if (given.get("generic").getAsBoolean()) {
            var client = new CommonClient("ccc", text(given, "version"), key, region, profileOf(given));
            var told = JsonParser.parseString(client.call(text(given, "action"), params)).getAsJsonObject();
            return told.getAsJsonObject("Response");
        }
        var request = AbstractModel.fromJsonString(params, CreateAIAgentCallRequest.class);
        var client = new CccClient(key, region, profileOf(given));
        CreateAIAgentCallResponse response = null;
        for (int call = 0; call < given.get("calls").getAsInt(); call++) {
            response = given.get("retries").getAsBoolean()
                ? (CreateAIAgentCallResponse) client.retry(request, 2)
                : client.CreateAIAgentCall(request);
        }
        var answer = new JsonObject();
        answer.addProperty("SessionId", response.getSessionId());
        answer.addProperty("RequestId", response.getRequestId());
        return answer;
    }

    static JsonObject outcome(JsonObject given) {
        var line = new JsonObject();
        line.add("case", given.get("case"));
        try {
            line.add("ok", send(given));
        } catch (Exception error) {
            line.add("raised", raised(error));
        }
        return line;
    }

    static JsonObject raised(Exception error) {
        var what = new JsonObject();
        what.addProperty("class", error.getClass().getSimpleName());
        what.addProperty("own", error instanceof TencentCloudSDKException);
        what.addProperty("message", error.getMessage());
        if (error instanceof TencentCloudSDKException) {
            var own = (TencentCloudSDKException) error;
            what.addProperty("code", own.getErrorCode());
            what.addProperty("request_id", own.getRequestId());
            if (own.getCause() != null) {
                what.addProperty("cause", own.getCause().getClass().getSimpleName());
            }
        }
        return what;
    }

    static JsonObject about() {
        var said = new JsonArray();
        said.add("tencentcloud-sdk-java " + CommonClient.SDK_VERSION.replace("SDK_JAVA_", ""));
        said.add(okhttp3.internal.Version.userAgent().replace('/', ' '));
        said.add("Java " + System.getProperty("java.version"));
        var line = new JsonObject();
        line.add("about", said);
        return line;
    }

    public static void main(String[] files) throws Exception {
        var cases = JsonParser.parseString(Files.readString(Path.of(files[0]))).getAsJsonArray();
        try (var results = Files.newBufferedWriter(Path.of(files[1]))) {
            results.write(GSON.toJson(about()) + "\n");
            for (JsonElement given : cases) {
                results.write(GSON.toJson(outcome(given.getAsJsonObject())) + "\n");
            }
        }
        System.exit(0); // okhttp's threads would hold the process for a minute
    }
}
