"""The sentences of `ccc-mock explain`, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from ..forensics.diagnosis import Sentence
from ..languages import CHINESE
from .reading import Note, Unreadable

# key: (English, Chinese)
_NOTES: Mapping[str, tuple[str, str]] = {
    "utf-16": (
        "the input is UTF-16, as some programs on Windows write it: it was read as such",
        "输入为 UTF-16（Windows 上某些程序的写法），已按此读取",
    ),
    "bom": (
        "the input begins with a byte order mark, which was left out",
        "输入以字节顺序标记（BOM）开头，已忽略",
    ),
    "beyond-length": (
        "Content-Length says {length} bytes: {more} more follow, which are not taken for the body",
        "Content-Length 为 {length} 字节；其后多出的 {more} 字节未计入请求体",
    ),
    "short-body": (
        "Content-Length says {length} bytes, and {got} are here: something was lost or changed when this was copied, "
        "and a signature over the whole body cannot match",
        "Content-Length 为 {length} 字节，此处只有 {got} 字节：复制时有内容丢失或被改动，对完整请求体的签名不可能一致",
    ),
    "crlf-body": (
        "Content-Length fits only with CR LF for each line feed of the body: it was read so",
        "只有把请求体中的换行视为 CR LF 才与 Content-Length 相符，已按此读取",
    ),
    "last-line-feed": (
        "there is no Content-Length, and the body ends with a line feed, which an editor may have added",
        "没有 Content-Length，且请求体以换行结尾，这个换行可能是编辑器添加的",
    ),
    "without-line-feed": (
        "the line feed at the end of the body is not part of it: without it the signature fits",
        "请求体末尾的换行不属于请求体：去掉后签名一致",
    ),
    "chunked": (
        "the body was in chunks, which were joined",
        "请求体为分块传输，已合并",
    ),
    "not-chunked": (
        "Transfer-Encoding says chunked, and the body is not in chunks: it was taken as it stands",
        "Transfer-Encoding 为 chunked，但请求体并未分块，已按原样读取",
    ),
    "host-of-target": (
        "there is no Host header: the host is the one of the request line",
        "没有 Host 请求头，已取请求行中的主机名",
    ),
    "unfolded": (
        "a header value stands on several lines; they were joined by a blank",
        "某个请求头的值分成了多行，已用一个空格连接",
    ),
    "from-params": (
        "the HAR entry holds no text of the body, only its parameters: the bytes were made anew of them",
        "该 HAR 条目没有请求体原文，只有参数，已据此重新拼出请求体",
    ),
    "no-body": (
        "Content-Length says {length} bytes, and the HAR entry holds no body: export it with its content",
        "Content-Length 为 {length} 字节，但该 HAR 条目没有请求体：请导出包含内容的 HAR",
    ),
    "picked": (
        "of {count} requests, number {n} is the one to the service",
        "共有 {count} 个请求，其中第 {n} 个发往该服务",
    ),
    "string-signed": (
        "your string to sign makes your signature with this key: the key is right, and so is how it is derived",
        "用该密钥对您的待签名字符串计算，得到的正是您的签名：密钥及其派生过程均正确",
    ),
    "string-not-signed": (
        "your string to sign does not make your signature with this key: the key is another, or is derived otherwise, "
        "or another text was signed",
        "用该密钥对您的待签名字符串计算，得不到您的签名：密钥不同、派生过程不同，或实际签名的是其他文本",
    ),
    "hash-of-another": (
        "the last line of your string to sign is not the hash of your canonical request: another text was hashed",
        "您的待签名字符串的最后一行不是您的规范请求串的哈希值：参与哈希的是其他文本",
    ),
    "hash-with-line-feed": (
        "your string to sign has the hash of your canonical request with the line feed at its end: there must be none",
        "您的待签名字符串中是末尾带换行的规范请求串的哈希值：末尾不应有换行",
    ),
    "file-line-feed": (
        "it is ours but for the line feed at its end: if it is the file's (echo and editors add one), all is well; if "
        "your program signs it, that is the mistake",
        "除末尾的换行外与我们的一致：若换行来自文件本身（echo 或编辑器会添加），则没有问题；"
        "若您的程序对它签名，这就是错误所在",
    ),
    "file-escaped": (
        "it has no line feed, but a backslash and an n: give it as it is signed, not as a debugger shows it",
        "其中没有换行，而是反斜杠加字母 n：请提供实际签名的文本，而不是调试器显示的形式",
    ),
    "no-canonical": (
        "HmacSHA1 and HmacSHA256 have no canonical request: --canonical was left out",
        "HmacSHA1 与 HmacSHA256 没有规范请求串：已忽略 --canonical",
    ),
    "no-string": (
        "the request lacks what stands in a string to sign: --string-to-sign was left out",
        "请求缺少待签名字符串所需的内容：已忽略 --string-to-sign",
    ),
    "key-of-another": (
        "the key that was given is of SecretId {given}; the request is signed by {claimed}",
        "所提供的密钥属于 SecretId {given}；而该请求由 {claimed} 签名",
    ),
    "how-to-give-a-key": (
        "with the key the mistake can be searched for: TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, --key-file "
        "FILE or --prompt",
        "提供密钥后即可查找错误原因：TENCENTCLOUD_SECRET_ID 与 TENCENTCLOUD_SECRET_KEY、--key-file 文件，或 --prompt",
    ),
    "not-now": (
        "its timestamp is {seconds} seconds from the clock of this machine; sent now, it would be refused with "
        "AuthFailure.SignatureExpire, which begins at {most}",
        "其时间戳与本机时钟相差 {seconds} 秒；现在发送会因超过 {most} 秒而返回 AuthFailure.SignatureExpire",
    ),
    "blanks-in-variable": (
        "there are blanks around the value of {name}, which were left out; a program that takes them along signs with "
        "another key",
        "{name} 的值前后有空白，已去掉；若程序把空白当作密钥的一部分，签名就会不同",
    ),
    "as-curl-sends": (
        "curl adds `Content-Type: application/x-www-form-urlencoded` to data that comes without a Content-Type",
        "未指定 Content-Type 时，curl 会为数据自动加上 `Content-Type: application/x-www-form-urlencoded`",
    ),
    "lower-escapes": (
        "this curl wrote the escapes of -G in lower case (`%2f`): so the signature fits",
        "该版本的 curl 把 -G 的转义写成小写（`%2f`）：按此签名一致",
    ),
    "data-lines": (
        "curl's -d leaves line ends out of a file; --data-binary sends it as it is",
        "curl 的 -d 会去掉文件中的换行；--data-binary 按原样发送",
    ),
}  # fmt: skip


def note(key: str, **how: object) -> Note:
    return Note(key, Sentence(*_NOTES[key]), {name: str(value) for name, value in how.items()})


# key: (English, Chinese)
_UNREADABLE: Mapping[str, tuple[str, str]] = {
    "empty": ("expected a request, got nothing", "应为一个请求，但输入为空"),
    "too-large": (
        "expected at most {limit} bytes, got more; cut out the one request that is meant",
        "输入最多 {limit} 字节，实际更多；请只截取所需的那一个请求",
    ),
    "no-form": (
        "expected a raw HTTP request (`POST / HTTP/1.1`), a curl command, a HAR file or Go's dump; --form says which",
        "应为原始 HTTP 请求（`POST / HTTP/1.1`）、curl 命令、HAR 文件或 Go 的请求转储；可用 --form 指明",
    ),
    "verbose": (
        "this is what `curl -v` prints, which lacks the body; give the curl command itself",
        "这是 `curl -v` 的输出，其中没有请求体；请提供 curl 命令本身",
    ),
    "response": (
        "this is an answer, not a request",
        "这是应答，不是请求",
    ),
    "request-line": (
        "expected a request line such as `POST / HTTP/1.1`",
        "应为请求行，例如 `POST / HTTP/1.1`",
    ),
    "header": (
        "expected `Name: value` or the empty line before the body, got {got} bytes that are neither",
        "应为 `名称: 值`，或请求体之前的空行，实际是其他内容（{got} 字节）",
    ),
    "headers": (
        "expected the empty line between headers and body, got more than {most} lines without one",
        "请求头与请求体之间应有空行，实际超过 {most} 行仍没有",
    ),
    "large-headers": (
        "expected at most {most} bytes of headers, got more",
        "请求头总共最多 {most} 字节，实际更多",
    ),
    "json": (
        "expected JSON, as a HAR file is; it breaks at column {column}",
        "应为 JSON（HAR 文件的格式），在第 {column} 列出错",
    ),
    "json-bounds": (
        "expected JSON, as a HAR file is; it is nested too deeply, or has a number without end",
        "应为 JSON（HAR 文件的格式）；嵌套过深，或数字过长",
    ),
    "no-har": (
        "expected a HAR file (`log.entries`), an entry of one or its `request`; {path} is none of them",
        "应为 HAR 文件（`log.entries`）、其中一个条目或条目的 `request`；{path} 均不是",
    ),
    "no-entries": (
        "expected a HAR file with entries; it has none",
        "应为含有条目的 HAR 文件，实际没有条目",
    ),
    "har-type": (
        "`{path}`: expected {expected}",
        "`{path}`：应为 {expected}",
    ),
    "no-dump": (
        "expected what DumpRequestOut gives, or the debug output of Go's SDK (`[DEBUG] http request: …`)",
        "应为 DumpRequestOut 的输出，或 Go SDK 的调试输出（`[DEBUG] http request: …`）",
    ),
    "quote": (
        "the quotation mark {quote} is not closed",
        "引号 {quote} 没有闭合",
    ),
    "variable": (
        "the shell would put something in the place of `{name}`, which is not known here; write what it puts there: "
        "`bash -x` shows it",
        "此处 `{name}` 会被 shell 替换，而其值在这里不得而知；请写出替换后的内容（`bash -x` 会显示）",
    ),
    "no-curl": (
        "expected a command that begins with `curl`",
        "应为以 `curl` 开头的命令",
    ),
    "curl-option": (
        "curl's option {option} is not known here; leave it out if it changes nothing of the request",
        "不认识 curl 的选项 {option}；若它不改变请求，请去掉",
    ),
    "curl-refused": (
        "curl's option {option} is not read here; give the request itself, as it was sent",
        "此处不支持 curl 的选项 {option}；请提供实际发送的请求",
    ),
    "curl-argument": (
        "curl's option {option} needs an argument",
        "curl 的选项 {option} 缺少参数",
    ),
    "curl-url": (
        "expected a curl command with one URL, got {got}; a URL with & in it must stand in quotation marks",
        "curl 命令应有一个 URL，实际有 {got} 个；含 & 的 URL 必须加引号",
    ),
    "curl-glob": (
        "curl takes braces and brackets in a URL for a pattern; write %7B, %7D, %5B, %5D, or -g",
        "curl 会把 URL 中的花括号与方括号当作模式；请写成 %7B、%7D、%5B、%5D，或加 -g",
    ),
    "curl-stdin": (
        "curl would read the data from its standard input; write it into the command, or into a file",
        "curl 会从标准输入读取数据；请把数据写进命令或文件",
    ),
    "curl-file": (
        "curl would read the file {name}; no file is read unless --files names the folder in which curl is run",
        "curl 会读取文件 {name}；除非用 --files 指明运行 curl 的目录，否则不读取任何文件",
    ),
    "curl-outside": (
        "curl would read the file {name}, which is not in the folder of --files",
        "curl 会读取文件 {name}，但它不在 --files 指定的目录中",
    ),
    "curl-no-file": (
        "curl would read the file {name}: {why}",
        "curl 会读取文件 {name}：{why}",
    ),
    "key-encoding": (
        "expected UTF-8",
        "应为 UTF-8",
    ),
    "key-json": (
        "expected JSON with secretId and secretKey, as tccli keeps them",
        "应为含有 secretId 与 secretKey 的 JSON（tccli 的存储格式）",
    ),
    "key-line": (
        "expected ID:KEY, or secret_id = … and secret_key = …",
        "应为 ID:KEY，或 secret_id = … 与 secret_key = …",
    ),
    "no-key": (
        "expected a SecretId with its SecretKey (a line ID:KEY, or secret_id = … and secret_key = …), got none",
        "应有一个 SecretId 及其 SecretKey（一行 ID:KEY，或 secret_id = … 与 secret_key = …），实际没有",
    ),
    "no-entry": (
        "there is no request {n}; there are {count}",
        "没有第 {n} 个请求；共有 {count} 个",
    ),
    "several": (
        "there are several requests to the service; --entry N picks one: {listed}",
        "其中有多个发往该服务的请求；请用 --entry N 指定：{listed}",
    ),
    "none-for-service": (
        "there are {count} requests, and none is to the service; --entry N picks one",
        "共有 {count} 个请求，但没有发往该服务的；请用 --entry N 指定",
    ),
}  # fmt: skip


def unreadable(key: str, line: int, **how: object) -> Unreadable:
    return Unreadable(line, Sentence(*_UNREADABLE[key]), **how)


# key: (English, Chinese)
_LABELS: Mapping[str, tuple[str, str]] = {
    "input": ("{form}, line {line}: {request}", "{form}，第 {line} 行：{request}"),
    "signed": (
        "{algorithm}, SecretId {secret_id}, timestamp {timestamp}",
        "{algorithm}，SecretId {secret_id}，时间戳 {timestamp}",
    ),
    "unsigned": ("no signature that can be read", "没有可读取的签名"),
    "fits": ("the signature matches", "签名一致"),
    "differs": ("the signature does not match", "签名不一致"),
    "undecided": ("whether the signature matches cannot be told without its key", "没有密钥，无法判断签名是否一致"),
    "read": ("as it was read: ", "读取说明："),
    "same": ("your {of} is the one that this request gives", "您的{of}与该请求得出的一致"),
    "other": (
        "your {of} differs from the byte at {offset} on (line {line}, column {column}):",
        "您的{of}从第 {offset} 字节处开始不同（第 {line} 行第 {column} 列）：",
    ),
    "end": ("your {of} differs only at its end", "您的{of}仅末尾不同"),
    "ours": ("  expected  {text}", "  应为  {text}"),
    "theirs": ("  yours     {text}", "  您的  {text}"),
    "made": ("  how yours comes about: ", "  您的文本可由此得出："),
    "and": ("; and ", "；并且"),
    "canonical_request": ("canonical request", "规范请求串"),
    "string_to_sign": ("string to sign", "待签名字符串"),
    "by-the-rule": ("{of}, of what was sent:", "按实际发送的内容得出的{of}："),
    "proven": (
        "{of}, as it was signed (`>` is before a line that differs):",
        "实际签名所用的{of}（`>` 标出不同的行）：",
    ),
}  # fmt: skip


def label(key: str, language: str, **how: object) -> str:
    """A piece of the explanation's own lines; `how` is printable already."""
    english, chinese = _LABELS[key]
    return (chinese if language == CHINESE else english).format_map(how)
