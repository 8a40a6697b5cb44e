import com.azure.core.credential.TokenCredential;
import com.azure.core.credential.TokenRequestContext;
import com.azure.core.http.HttpMethod;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpPipelineBuilder;
import com.azure.core.http.HttpRequest;
import com.azure.core.http.HttpResponse;
import com.azure.core.http.policy.UserAgentPolicy;
import com.azure.core.util.Context;
import com.azure.identity.DefaultAzureCredentialBuilder;
import com.azure.identity.ManagedIdentityCredentialBuilder;
import com.azure.identity.WorkloadIdentityCredentialBuilder;
import java.time.Instant;

/** Reads the subscription once a second with one of the credentials of azure-identity. */
public final class Sdk {
    private static final String MANAGER = "https://management.azure.com";

    public static void main(String[] arguments) throws InterruptedException {
        TokenCredential managedIdentity = credential("managed");
        HttpPipeline pipeline = new HttpPipelineBuilder()
            .policies(new UserAgentPolicy("azsdk-java-conformance"))
            .build();
        String url = MANAGER + "/subscriptions/" + System.getenv("AZURE_SUBSCRIPTION_ID")
            + "?api-version=2022-12-01";
        Instant until = Instant.now().plusSeconds(Long.parseLong(System.getenv("PLAY_SECONDS")));
        while (Instant.now().isBefore(until)) {
            // A credential keeps what it read from the token file for five minutes, longer than a token
            // lives here: those that read it are made anew for each request, the managed identity once.
            boolean isManaged = arguments[0].equals("managed");
            TokenCredential credential = isManaged ? managedIdentity : credential(arguments[0]);
            String token = credential.getTokenSync(
                new TokenRequestContext().addScopes(MANAGER + "/.default")).getToken();
            HttpRequest request = new HttpRequest(HttpMethod.GET, url)
                .setHeader("Authorization", "Bearer " + token);
            try (HttpResponse response = pipeline.sendSync(request, Context.NONE)) {
                if (response.getStatusCode() != 200) {
                    throw new IllegalStateException("HTTP " + response.getStatusCode());
                }
            }
            Thread.sleep(1000);
        }
        System.exit(0);
    }

    private static TokenCredential credential(String name) {
        return switch (name) {
            case "default" -> new DefaultAzureCredentialBuilder().build();
            case "workload" -> new WorkloadIdentityCredentialBuilder().build();
            case "managed" -> {
                String clientId = System.getenv("AZURE_CLIENT_ID");
                yield new ManagedIdentityCredentialBuilder().clientId(clientId).build();
            }
            default -> throw new IllegalArgumentException("No credential is called " + name);
        };
    }
}
