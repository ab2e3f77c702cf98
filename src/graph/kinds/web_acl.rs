//! Web ACLs of AWS WAF and what they protect: `AWS::WAFv2::WebACL`, `aws_wafv2_web_acl`, `AWS::WAFv2::WebACLAssociation`,
//! `aws_wafv2_web_acl_association`.

use super::{Attribute, Handle, Kind, Shape, never, nothing};

/// A web ACL.
pub(super) static WEB_ACL: Kind = Kind {
    name: "web_acl",
    doc: "A web ACL of AWS WAF.",
    cloudformation: &["AWS::WAFv2::WebACL"],
    terraform: &["aws_wafv2_web_acl"],
    attributes: &[Attribute::new("rules", Shape::List(&Shape::Block(RULE)), "Rules", "rule", "Its rules.")],
    handles: &[Handle { name: "arn", cloudformation: "Arn", terraform: &["arn"], written: never }],
    computed: nothing,
};

/// The protection of a resource by a web ACL.
pub(super) static WEB_ACL_ASSOCIATION: Kind = Kind {
    name: "web_acl_association",
    doc: "Puts a resource under the protection of a web ACL.",
    cloudformation: &["AWS::WAFv2::WebACLAssociation"],
    terraform: &["aws_wafv2_web_acl_association"],
    attributes: &[
        Attribute::new("pool", Shape::Link("user_pool", "arn"), "ResourceArn", "resource_arn", "The user pool."),
        Attribute::new("acl", Shape::Link("web_acl", "arn"), "WebACLArn", "web_acl_arn", "The web ACL."),
    ],
    handles: &[],
    computed: nothing,
};

static RULE: &[Attribute] = &[
    Attribute::new("rule_name", Shape::Text, "Name", "name", "The rule's name."),
    Attribute::new("captcha", Shape::Block(&[]), "Action.Captcha", "action.captcha", "Asks for a CAPTCHA."),
];
