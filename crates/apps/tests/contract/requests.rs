//! The exact request of the sample input, and the output of the sample reply.

use super::*;

/// A request as people read it. The secrets of the contract's connections are masked.
pub(super) fn told(request: &Request) -> String {
    let mut text = format!("{} {}", request.method, request.url.path());
    for (n, (name, value)) in request.url.query_pairs().enumerate() {
        text += &format!("\n    {} {name} = {value}", if n == 0 { "?" } else { "&" });
    }
    let mut headers: Vec<(&str, &str)> =
        request.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    headers
        .retain(|(name, _)| !matches!(*name, "host" | "content-length" | "accept-encoding" | "user-agent"));
    headers.sort();
    for (name, value) in headers {
        let value = if name == "authorization" { masked(value) } else { value.to_owned() };
        text += &format!("\n{name}: {value}");
    }
    if !request.body.is_empty() {
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        text += &format!("\n{}", serde_json::to_string_pretty(&body).unwrap());
    }
    text
}

fn masked(authorization: &str) -> String {
    let kind = authorization.split(' ').next().unwrap_or_default();
    format!("{kind} ***")
}

#[tokio::test]
async fn the_request_and_the_output_of_the_sample_are_known() {
    for subject in subjects() {
        let server = subject.sample_server().await;
        let output = subject.call(&server.uri(), &subject.input()).await;
        let output = output.unwrap_or_else(|error| panic!("{}: {error}", subject.id()));
        let request = told(&subject.sent(&server).await[0]);
        let output = serde_json::to_string_pretty(&output.data).unwrap();
        assert!(!request.contains("s3cret") && !output.contains("s3cret"), "{}", subject.id());
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(subject.id(), format!("{request}\n\n-> {output}"));
        });
    }
}

#[tokio::test]
async fn a_preview_is_the_first_request_without_its_secrets() {
    for subject in subjects() {
        let Operation::Action(action) = &subject.operation else { continue };
        let server = subject.sample_server().await;
        subject.call(&server.uri(), &subject.input()).await.unwrap();
        let sent = subject.sent(&server).await.remove(0);
        let connection = subject.connection(&server.uri());
        let input = subject.input();
        let call = Call::new(&input, &connection, Duration::from_secs(1));
        let preview = action.preview(call).unwrap();
        let query = sent.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        assert_eq!(preview.url, format!("{}{}{query}", server.uri(), sent.url.path()));
        assert_eq!(preview.method, sent.method.as_str());
        assert_eq!(preview.body, serde_json::from_slice(&sent.body).ok(), "{}", subject.id());
        assert!(!serde_json::to_string(&preview).unwrap().contains("s3cret"), "{}", subject.id());
    }
}
