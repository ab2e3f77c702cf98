//! How fast the IAM evaluator is: on the cases of `testdata/iam`, and on a role whose policy has the 10 kB that IAM allows.

#![allow(missing_docs, unreachable_pub, dead_code, clippy::indexing_slicing, reason = "a benchmark, not the product")]

#[path = "../tests/support/iam_cases.rs"]
mod iam_cases;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use iam_cases::Case;
use std::hint::black_box;

fn cases(criterion: &mut Criterion) {
    let text = include_str!("../testdata/iam/cases.jsonl");
    let cases: Vec<Case> =
        text.lines().map(|line| Case::read(&serde_json::from_str(line).unwrap_or_default())).collect();
    let mut group = criterion.benchmark_group("iam");
    group.throughput(Throughput::Elements(u64::try_from(cases.len()).unwrap_or(u64::MAX)));
    group.bench_function("400 cases", |bencher| {
        bencher.iter(|| cases.iter().for_each(|case| drop(black_box(case.answer()))));
    });
    group.finish();
}

/// The statement that decides is the last one; those before it are about other buckets.
fn large_policy(criterion: &mut Criterion) {
    let mut statements: Vec<serde_json::Value> = (0..)
        .map(|number| {
            serde_json::json!({
                "Sid": format!("Bucket{number}"),
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
                "Resource": [format!("arn:aws:s3:::shop-{number}"), format!("arn:aws:s3:::shop-{number}/*")],
                "Condition": { "StringEquals": { "aws:RequestedRegion": "eu-west-1" } },
            })
        })
        .take(45)
        .collect();
    statements.push(serde_json::json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*" }));
    let document = serde_json::json!({ "Version": "2012-10-17", "Statement": statements });
    let bytes = document.to_string().len();
    assert!((9_500..10_240).contains(&bytes), "{bytes} bytes");
    let case = Case::read(&serde_json::json!({
        "id": "large",
        "ask": "publish",
        "role": { "inline": [{ "name": "large", "document": document }] },
        "request": {
            "account": "111122223333",
            "region": "eu-west-1",
            "snsRegion": "eu-west-1",
            "roleArn": "arn:aws:iam::111122223333:role/sms",
        },
    }));
    let mut group = criterion.benchmark_group("iam");
    group.throughput(Throughput::Elements(1));
    group.bench_function("a policy of 10 kB", |bencher| bencher.iter(|| black_box(case.answer())));
    group.finish();
}

criterion_group!(benches, cases, large_policy);
criterion_main!(benches);
