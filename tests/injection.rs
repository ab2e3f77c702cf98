//! Texts from templates and names of files are text in every format: nothing in them is a command, a link, markup or the end
//! of anything. Each is compared with a twin of the same shape whose names mean nothing.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a helper that fails is a failed test; clippy knows only the test functions themselves"
)]

use coglint::discover::Found;
use coglint::frontend::InputKind;
use coglint::report::{Drawing, FORMATS, Style};
use coglint::source::MemoryFiles;
use coglint::{Options, Report};
use serde_json::{Value, json};

/// What a name may be, and to whom it would mean something.
const TEXTS: &[(&str, &str)] = &[
    ("a command to the runner", "::error file=x,line=1::y"),
    ("a command behind a line break", "a\n::error::x\r\n  ::set-output name=a::b\r::warning::c"),
    ("the runner's old commands", "##[add-mask]y ##[error]z"),
    ("escapes of workflow commands", "%0A::error::x%0D%25%3A%2C"),
    (
        "a terminal's control sequences",
        "\u{1b}[2J\u{1b}[31m\u{1b}]8;;https://evil.example\u{7}x\u{1b}]8;;\u{7}\u{9b}1m\u{8}\u{0}",
    ),
    ("text that turns around", "\u{202e}desrever\u{202c}\u{2066}x\u{2069}\u{200f}\u{61c}"),
    ("breaks of lines that are none", "a\u{2028}::error::b\u{2029}c\u{85}d\u{c}e"),
    ("a link", "](javascript:alert(1)) [x](https://evil.example) ![y](//evil.example/z.png)"),
    ("an address", "https://evil.example/ <https://evil.example> www.evil.example"),
    ("HTML", "<script>alert(1)</script><img src=x onerror=alert(1)><!-- --></details>"),
    ("entities", "&lt;b&gt; &#60;b&#62; &amp; #quot;]#60;"),
    ("a table", "| a | b |\n|---|---|"),
    ("code and fences", "`code` ```\n```mermaid\n~~~"),
    ("headings and lists", "\n# a\n- b\n> c\n1. d\n***"),
    ("somebody's name", "@everyone @octocat #1 GH-1"),
    ("a section of XML", "]]></failure><![CDATA[x]]><?x y?>"),
    ("characters that XML lacks", "\u{1}\u{b}\u{fffe}\u{ffff}"),
    ("quotes", "\"'\\\" \\' \"]; x [label=\"y"),
    ("a directive of Mermaid", "%%{init: {\"securityLevel\": \"loose\"}}%%"),
    ("statements of Mermaid", "\"]\nclick n0 \"javascript:alert(1)\"\nend\nn9[\"x"),
    ("backslashes at the end", "x\\\\\\"),
    ("formulas and variables", "$x$ ${{ secrets.TOKEN }} $(touch x) =cmd|'/c calc'!A0"),
];

fn lint(path: &str, text: &str) -> Report {
    let found = Found { path: path.into(), kind: InputKind::Template, text: text.into(), named: false };
    coglint::lint(&MemoryFiles::default(), &[found], &Options::default())
}

/// A pool and its role, whose names, values and file are made of the text. The role may publish to a topic only.
fn report_of(text: &str) -> Report {
    let trust = json!({ "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" }, "Action": "sts:AssumeRole",
        "Condition": { "StringEquals": { "sts:ExternalId": "pool" } } });
    let publish = json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": format!("arn:aws:sns:eu-west-1:111122223333:{text}") });
    let role = json!({ "Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [trust] },
        "Policies": [{ "PolicyName": text, "PolicyDocument": { "Version": "2012-10-17", "Statement": [publish] } }] } });
    let sms = |role: Value| json!({ "SnsCallerArn": role, "ExternalId": "pool" });
    let pool = |sms: Value| {
        json!({ "Type": "AWS::Cognito::UserPool", "Properties": {
        "MfaConfiguration": "ON", "EnabledMfas": ["SMS_MFA"], "SmsConfiguration": sms } })
    };
    let template = json!({
        "Parameters": { format!("Parameter{text}"): { "Type": "String" } },
        "Resources": {
            format!("Pool{text}"): pool(sms(json!({ "Fn::GetAtt": [format!("Role{text}"), "Arn"] }))),
            format!("Second{text}"): pool(sms(json!({ "Ref": format!("Parameter{text}") }))),
            format!("Third{text}"): pool(sms(json!("arn:aws:iam::111122223333:role/elsewhere"))),
            format!("Role{text}"): role,
        },
    });
    lint(&format!("a{text}.json"), &template.to_string())
}

fn formats(report: &Report) -> Vec<(&'static str, String)> {
    let style = Style { undecided: true, ..Style::default() };
    let mut texts: Vec<(&str, String)> = FORMATS
        .iter()
        .map(|format| {
            let mut out = Vec::new();
            (format.write)(report, &style, &mut out).unwrap();
            (format.name, String::from_utf8(out).unwrap())
        })
        .collect();
    let drawing = Drawing::whole(report.graph.as_deref().unwrap());
    let (mut text, mut dot) = (Vec::new(), Vec::new());
    drawing.text(&mut text).unwrap();
    drawing.dot(&mut dot).unwrap();
    texts.push(("graph text", String::from_utf8(text).unwrap()));
    texts.push(("graph dot", String::from_utf8(dot).unwrap()));
    texts.push(("graph mermaid", drawing.mermaid()));
    texts
}

/// What must be the same whatever the names are; texts themselves are left out.
fn shape(format: &str, text: &str) -> String {
    match format {
        "json" => json_shape(&serde_json::from_str(text).unwrap(), false),
        "sarif" | "gitlab" | "rdjson" => json_shape(&serde_json::from_str(text).unwrap(), true),
        "junit" => tags(text).join(" "),
        "markdown" => {
            // A picture behind the table has its own language.
            let (table, picture) = text.split_once("```mermaid\n").unwrap_or((text, ""));
            let (picture, end) = picture.split_once("```\n").unwrap_or_default();
            let lines = table.lines().map(markdown_shape).chain(picture.lines().map(mermaid_shape));
            lines.chain(end.lines().map(markdown_shape)).collect::<Vec<_>>().join("\n")
        }
        "github" => text.lines().map(|line| line.split_once(" file=").unwrap().0).collect::<Vec<_>>().join("\n"),
        "graph mermaid" => text.lines().map(mermaid_shape).collect::<Vec<_>>().join("\n"),
        "graph dot" => text.lines().map(dot_shape).collect::<Vec<_>>().join("\n"),
        "concise" | "graph text" => text.lines().count().to_string(),
        // Its lines are wrapped: how many there are depends on the length of names.
        _ => String::new(),
    }
}

/// Keys and lengths. Where readers show texts as Markdown, the links as well.
fn json_shape(value: &Value, links: bool) -> String {
    match value {
        Value::Object(map) => {
            let fields: Vec<String> =
                // A path is read as a path.
                map.iter().map(|(key, value)| format!("{key}:{}", json_shape(value, links && key != "path"))).collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(|item| json_shape(item, links)).collect::<Vec<_>>().join(","))
        }
        Value::String(text) if links => "s".repeat(1 + text.matches("](").count()),
        Value::String(_) => "s".to_owned(),
        _ => "v".to_owned(),
    }
}

/// The names of tags and attributes of an XML text, in order.
fn tags(text: &str) -> Vec<String> {
    let mut tags = Vec::new();
    for part in text.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap();
        let names: Vec<&str> = tag.split('"').step_by(2).collect();
        tags.push(names.concat());
    }
    assert!(
        !text.split('&').skip(1).any(|part| !part
            .split_once(';')
            .unwrap()
            .0
            .chars()
            .all(|c| c.is_alphanumeric() || c == '#'))
    );
    tags
}

/// What Markdown would read as more than text: cells, tags, links, code, mentions, and how the line begins.
fn markdown_shape(line: &str) -> String {
    let mut shape = String::new();
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        let meant = matches!(c, '|' | '<' | '`' | '[' | ']' | '*' | '~' | '$') || (c == '#' && at == 0);
        let somebody = c == '@' && line[at + 1..].starts_with(|c: char| c.is_alphanumeric());
        if !escaped && (meant || somebody) {
            shape.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    shape
}

/// A line without what stands between its two quotation marks.
fn mermaid_shape(line: &str) -> String {
    let parts: Vec<&str> = line.split('"').collect();
    assert!(matches!(parts.len(), 1 | 3), "{line}");
    let label = parts.get(1).unwrap_or(&"");
    assert!(!label.contains(['<', '>', '`', '%', '{', '&', '$']), "{line}");
    format!("{}{}", parts[0], parts.last().unwrap())
}

/// A line without its quoted strings.
fn dot_shape(line: &str) -> String {
    let (mut shape, mut quoted, mut escaped) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            c if !quoted => shape.push(c),
            _ => {}
        }
        escaped = c == '\\' && !escaped;
    }
    assert!(!quoted, "{line}");
    shape
}

#[test]
fn nothing_in_a_template_means_anything_to_a_reader() {
    let twin = formats(&report_of("x"));
    for (format, text) in &twin {
        assert!(text.contains("Rolex"), "{format} names the role");
    }
    let mut wrong = Vec::new();
    for (what, text) in TEXTS {
        for ((format, written), (_, plain)) in formats(&report_of(text)).iter().zip(&twin) {
            let mut fail = |why: &str| wrong.push(format!("{format}: {what}: {why}"));
            let obeyed = |c: char| {
                (c != '\n' && c.is_control()) || "\u{202e}\u{2066}\u{2028}\u{2029}\u{61c}\u{200f}".contains(c)
            };
            if written.contains(obeyed) {
                fail("a control character");
            }
            if written.contains("##[")
                || (*format != "github" && written.lines().any(|line| line.trim_start().starts_with("::")))
            {
                fail("a command to the runner");
            }
            if shape(format, written) != shape(format, plain) {
                fail(&format!("another shape:\n{}\nthan\n{}", shape(format, written), shape(format, plain)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Half a surrogate pair is no character: JSON can spell it, and no text can hold it.
#[test]
fn half_a_surrogate_pair_harms_nothing() {
    let lite = json!({ "UserPoolTier": "LITE", "MfaConfiguration": "ON", "EnabledMfas": ["EMAIL_OTP"] });
    let pool = json!({ "Type": "AWS::Cognito::UserPool", "Properties": lite });
    let template = json!({ "Resources": { "PoolHALF": pool } }).to_string().replace("HALF", "\\ud800");
    let report = lint("a.json", &template);
    assert!(!report.findings.is_empty());
    for (format, text) in formats(&report) {
        assert!(!shape(format, &text).contains('\u{fffd}'), "{format}");
        assert!(text.contains("a.json"), "{format} says where: {text}");
    }
}
