# A newcomer signs with openssl and sends with curl: MISTAKE=… HOST=… bash -x sign.sh
id=AKID-of-a-newcomer key=key-of-a-newcomer
stamp=$(date +%s) day=$(date -u +%F) type=application/json
body='{"SdkAppId": 1400000000, "AIAgentId": 15, "Callee": "008612300000000", "Text": "it'"'"'s 中文"}'

hash() { openssl dgst -sha256 | sed 's/.* //'; }
hex() { od -An -v -tx1 | tr -d ' \n'; }
sign() { openssl dgst -sha256 -mac HMAC -macopt "hexkey:$1" | sed 's/.* //'; }

[ "$MISTAKE" = wrong-key ] && key=not-the-key
[ "$MISTAKE" = echo ] && payload=$(echo "$body" | hash) || payload=$(printf %s "$body" | hash)
[ "$MISTAKE" = local-day ] && day=$(TZ=UTC-24 date +%F)
canonical=$(printf 'POST\n/\n\ncontent-type:%s\nhost:%s\n\ncontent-type;host\n%s' "$type" "$HOST" "$payload")
string=$(printf 'TC3-HMAC-SHA256\n%s\n%s/ccc/tc3_request\n%s' "$stamp" "$day" "$(printf %s "$canonical" | hash)")
derived=$(printf %s "TC3$key" | hex)
for step in "$day" ccc tc3_request "$string"; do derived=$(printf %s "$step" | sign "$derived"); done

header="Content-Type: $type"
[ "$MISTAKE" = charset ] && header="Content-Type: $type; charset=utf-8"
[ "$MISTAKE" = no-type ] && header="X-Nothing: 1"
curl -q -s -m 10 --noproxy '*' "http://$HOST/" -H "$header" -d "$body" -H "X-TC-Action: CreateAIAgentCall" \
  -H "X-TC-Version: 2020-02-10" -H "X-TC-Timestamp: $stamp" -H "Authorization: TC3-HMAC-SHA256 Credential=$id/$day/ccc/tc3_request, SignedHeaders=content-type;host, Signature=$derived"
printf %s "$canonical" > canonical.txt
printf %s "$string" > string.txt
