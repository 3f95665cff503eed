//! The call that asks for a message, in the languages that systems are written in. Each sample is whole: it gets its token, asks, and
//! prints the answer; only the credentials are left to be filled in, from the environment, where secrets belong.
//!
//! Nothing here knows the page it is shown on. Every text that somebody wrote is written by the rules of its language
//! ([`literal`]), so that a sample with a quote, a dollar sign or a line break in it still runs, and does nothing else.

mod literal;

use serde_json::{Map, Value, json};

/// A language to copy the call in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sample {
    Curl,
    Python,
    Java,
    Php,
}

impl Sample {
    pub const ALL: [Self; 4] = [Self::Curl, Self::Python, Self::Java, Self::Php];

    /// Part of ids, and how the choice is remembered.
    pub fn key(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "python",
            Self::Java => "java",
            Self::Php => "php",
        }
    }

    /// Its own name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Curl => "curl",
            Self::Python => "Python",
            Self::Java => "Java",
            Self::Php => "PHP",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Call {
    /// Where Campanile is, without a slash at its end.
    pub base: String,
    pub definition: String,
    pub email: String,
    pub attributes: Map<String, Value>,
    /// The caller's own name for the message; empty: none.
    pub key: String,
}

impl Call {
    fn body(&self) -> Value {
        let mut body = json!({"definition": self.definition, "to": {"email": self.email}});
        if !self.attributes.is_empty() {
            body["attributes"] = Value::Object(self.attributes.clone());
        }
        if !self.key.is_empty() {
            body["key"] = Value::String(self.key.clone());
        }
        body
    }

    fn base(&self) -> &str {
        self.base.trim_end_matches('/')
    }

    /// The call in a language.
    pub fn sample(&self, sample: Sample) -> String {
        match sample {
            Sample::Curl => self.curl(),
            Sample::Python => self.python(),
            Sample::Java => self.java(),
            Sample::Php => self.php(),
        }
    }

    fn curl(&self) -> String {
        let json = serde_json::to_string_pretty(&self.body()).unwrap_or_default();
        let base = literal::shell(self.base());
        let body = literal::shell(&json);
        format!(
            r#"#!/usr/bin/env bash
# CAMPANILE_CLIENT_ID and CAMPANILE_CLIENT_SECRET come from the environment.
set -euo pipefail
base={base}

token=$(curl --silent --show-error --fail "$base/api/v1/oauth/token" \
  --data-urlencode "grant_type=client_credentials" \
  --data-urlencode "client_id=$CAMPANILE_CLIENT_ID" \
  --data-urlencode "client_secret=$CAMPANILE_CLIENT_SECRET" \
  | sed -n 's/.*"access_token" *: *"\([^"]*\)".*/\1/p')

curl --silent --show-error --fail-with-body "$base/api/v1/messages" \
  --header "Authorization: Bearer $token" \
  --header "Content-Type: application/json" \
  --data-binary {body}
"#
        )
    }

    fn python(&self) -> String {
        let base = literal::python(&Value::String(self.base().to_owned()), 0);
        let body = literal::python(&self.body(), 1);
        format!(
            r#"import os

import requests

BASE = {base}

token = requests.post(
    f"{{BASE}}/api/v1/oauth/token",
    data={{
        "grant_type": "client_credentials",
        "client_id": os.environ["CAMPANILE_CLIENT_ID"],
        "client_secret": os.environ["CAMPANILE_CLIENT_SECRET"],
    }},
    timeout=10,
)
token.raise_for_status()

answer = requests.post(
    f"{{BASE}}/api/v1/messages",
    headers={{"Authorization": f"Bearer {{token.json()['access_token']}}"}},
    json={body},
    timeout=10,
)
print(answer.status_code, answer.text)
answer.raise_for_status()
"#
        )
    }

    fn java(&self) -> String {
        let base = literal::java(self.base());
        let json = serde_json::to_string_pretty(&self.body()).unwrap_or_default();
        let lines: Vec<String> = json
            .lines()
            .map(|line| literal::java(&format!("{line}\n")))
            .collect();
        let body = lines.join("\n            + ");
        // The braces of Java are those of format!, so they are put in afterwards.
        const PROGRAM: &str = r#"import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

public class SendMessage {
    static final String BASE = «base»;

    public static void main(String[] args) throws Exception {
        HttpClient http = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
        String form = "grant_type=client_credentials"
            + "&client_id=" + encode(System.getenv("CAMPANILE_CLIENT_ID"))
            + "&client_secret=" + encode(System.getenv("CAMPANILE_CLIENT_SECRET"));
        String answer = post(http, "/api/v1/oauth/token", "application/x-www-form-urlencoded", null, form);
        var found = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"").matcher(answer);
        if (!found.find()) throw new IllegalStateException("no token");

        String message =
            «body»;
        System.out.println(post(http, "/api/v1/messages", "application/json", found.group(1), message));
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static String post(HttpClient http, String path, String type, String token, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(BASE + path))
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body));
        if (token != null) request.header("Authorization", "Bearer " + token);
        var answer = http.send(request.build(), BodyHandlers.ofString());
        if (answer.statusCode() >= 300) throw new IllegalStateException(answer.statusCode() + " " + answer.body());
        return answer.body();
    }
}
"#;
        PROGRAM.replacen("«base»", &base, 1).replacen("«body»", &body, 1)
    }

    fn php(&self) -> String {
        const PROGRAM: &str = r#"<?php
const BASE = «base»;

function post(string $path, array $headers, string $body): array
{
    $call = curl_init(BASE . $path);
    curl_setopt_array($call, [
        CURLOPT_POST => true,
        CURLOPT_POSTFIELDS => $body,
        CURLOPT_HTTPHEADER => $headers,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_TIMEOUT => 10,
    ]);
    $answer = curl_exec($call);
    if ($answer === false) {
        throw new RuntimeException(curl_error($call));
    }
    $status = curl_getinfo($call, CURLINFO_RESPONSE_CODE);
    if ($status >= 300) {
        throw new RuntimeException("$status $answer");
    }
    return json_decode($answer, true, 512, JSON_THROW_ON_ERROR);
}

$token = post('/api/v1/oauth/token', ['Content-Type: application/x-www-form-urlencoded'], http_build_query([
    'grant_type' => 'client_credentials',
    'client_id' => getenv('CAMPANILE_CLIENT_ID'),
    'client_secret' => getenv('CAMPANILE_CLIENT_SECRET'),
]));

$message = «body»;

$answer = post('/api/v1/messages', [
    'Content-Type: application/json',
    'Authorization: Bearer ' . $token['access_token'],
], json_encode($message, JSON_THROW_ON_ERROR | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION));
echo $answer['id'], PHP_EOL;
"#;
        let base = literal::php(&Value::String(self.base().to_owned()), 0);
        let body = literal::php(&self.body(), 0);
        PROGRAM.replacen("«base»", &base, 1).replacen("«body»", &body, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that one of the languages takes for something else.
    fn call() -> Call {
        let Value::Object(attributes) = json!({
            "name": "O'Neill \"Ćma\" $HOME `id` \\ {{x}} {y} \u{2028}🎓",
            "lines": "one\r\ntwo\tthree «base» */ ?>",
            "order": 7,
            "price": 12.0,
            "paid": true,
            "note": null,
            "items": [{"title": "Mug", "count": 2}, {}],
            "none": [],
        }) else {
            unreachable!("an object")
        };
        Call {
            base: "https://mail.university.test/".to_owned(),
            definition: "order-placed".to_owned(),
            email: "ada@university.test".to_owned(),
            attributes,
            key: "order-7".to_owned(),
        }
    }

    #[test]
    fn samples() {
        for sample in Sample::ALL {
            insta::assert_snapshot!(sample.key(), call().sample(sample));
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_in_the_call() {
        let call = Call {
            attributes: Map::new(),
            key: String::new(),
            ..call()
        };
        assert_eq!(
            call.body(),
            json!({"definition": "order-placed", "to": {"email": "ada@university.test"}})
        );
    }
}
