// Signs one request in the ways in which Java goes wrong, with Gson as SnapTrade's sample has it; prints name and result.
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.ToNumberPolicy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class JavaSigning {
    static String key;

    static byte[] hmac(String base) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return mac.doFinal(base.getBytes(StandardCharsets.UTF_8));
    }

    static void print(String name, byte[] digest) {
        System.out.println(name + " " + Base64.getEncoder().encodeToString(digest));
    }

    static String fixed(String path, String query, String body) {
        Gson gson = new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();
        TreeMap<String, Object> payload = new TreeMap<>();
        payload.put("content", gson.fromJson(body, TreeMap.class));
        payload.put("path", path);
        payload.put("query", query);
        String json = new GsonBuilder().disableHtmlEscaping().serializeNulls().create().toJson(payload);
        json = json.chars().mapToObj(c -> c < 0x7f ? "" + (char) c : String.format("\\u%04x", c))
            .collect(Collectors.joining());
        return json;
    }

    public static void main(String[] given) throws Exception {
        key = given[0];
        String path = given[1], query = given[2], body = given[3];
        Object content = new Gson().fromJson(body, TreeMap.class);
        String frame = "{\"content\":%s,\"path\":\"" + path + "\",\"query\":\"" + query + "\"}";
        print("sample", hmac(String.format(frame, new Gson().toJson(content))));
        print("unescaped", hmac(String.format(frame, new GsonBuilder().disableHtmlEscaping().create().toJson(content))));
        print("verbatim", hmac(String.format(frame, body)));
        TreeMap<String, Object> all = new TreeMap<>();
        all.put("content", content);
        all.put("path", path);
        all.put("query", query);
        print("whole", hmac(new Gson().toJson(all)));
        print("fixed", hmac(fixed(path, query, body)));
        System.out.println("url " + Base64.getUrlEncoder().encodeToString(hmac(String.format(frame, body))));
    }
}
