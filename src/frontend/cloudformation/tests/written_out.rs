//! Loops and includes: what is written out before anything else is read.

use super::*;

#[test]
fn loops_over_known_lists_are_written_out() {
    let read = read(&format!(
        "{LOOPS}Conditions:
  Fn::ForEach::C: [N, [x], {{'Is${{N}}': !Equals [!Ref N, x]}}]
Resources:
  Fn::ForEach::A:
    - N
    - !FindInMap [M, a, list]
    - 'A&{{N}}':
        Type: Test::A
        Properties:
          Name: !Ref N
          Text: !Sub 'a-${{N}}'
          Other: !GetAtt 'A&{{N}}.Arn'
          Plain: 'b-${{N}}'
          Fn::ForEach::P: [I, ['1', '2'], {{'P${{I}}': !Ref N}}]
  Fn::ForEach::U: [N, !Ref P, {{'U${{N}}': {{Type: Test::A}}}}]
"
    ));
    assert_eq!(read.model.resources.iter().filter(|resource| !resource.schematic).count(), 2);
    let properties = &read.resource("Ayz").properties;
    let text = |name: &str| properties.get(name).as_str().map(str::to_owned);
    assert_eq!((text("Name").as_deref(), text("Text").as_deref()), (Some("y-z"), Some("a-y-z")));
    assert_eq!((text("P1").as_deref(), text("P2").as_deref()), (Some("y-z"), Some("y-z")));
    assert_eq!(
        properties.get("Other").as_unknown().unwrap().term,
        Term::Attribute(read.resource("Ayz").id.clone(), "Arn".into())
    );
    assert!(properties.get("Plain").is_unknown());
    assert_eq!(read.slice(read.resource("Ayz").name_span), "'A&{N}'");
    assert_eq!(read.model.scopes[0].openings.len(), 1, "the list of `U` is not known");
}

/// Of a loop over a list that nobody knows there is one resource, with what is the same in every round. With the default of a
/// parameter there are the default's resources instead.
#[test]
fn loops_over_unknown_lists_have_a_resource_of_which_nobody_knows_how_many() {
    let template = |parameter: &str| {
        format!(
            "Transform: AWS::LanguageExtensions
Parameters: {{P: {parameter}}}
Resources:
  Fn::ForEach::A:
    - N
    - !Ref P
    - 'Role${{N}}': {{Type: AWS::IAM::Role}}
      'A${{N}}':
        Type: Test::A
        Properties:
          Same: 'ON'
          Name: !Ref N
          Role: !GetAtt 'Role${{N}}.Arn'
          Text: !Sub 'a-${{N}}'
          Plain: 'b-${{N}}'
          Fn::ForEach::I: [I, [x], {{'K${{I}}': !Ref N}}]
"
        )
    };
    let open = read(&template("{Type: CommaDelimitedList}"));
    let one = open.resource("A${N}");
    assert!(one.schematic && one.presence.is_always());
    let text = |resource: &Resource, name: &str| resource.properties.get(name).as_str().map(str::to_owned);
    assert_eq!(text(one, "Same").as_deref(), Some("ON"));
    assert_eq!(why(&one.properties.get("Name")), Some(Why::Function("Fn::ForEach".into())));
    assert_eq!(one.properties.get("Kx").same(&one.properties.get("Name")), Tri::Yes);
    let role = Term::Attribute(open.resource("Role${N}").id.clone(), "Arn".into());
    assert_eq!(one.properties.get("Role").as_unknown().unwrap().term, role);
    assert!(matches!(one.properties.get("Text").data, Data::Text(_)));
    assert!(one.properties.get("Plain").is_unknown());
    assert_eq!((open.model.resources.len(), open.model.scopes[0].openings.len()), (2, 1));

    let with_default = template("{Type: CommaDelimitedList, Default: 'x, y'}");
    let defaulted = read(&with_default);
    let round = defaulted.resource("Ay");
    assert!(!round.schematic);
    assert_eq!(text(round, "Text").as_deref(), Some("a-y"));
    let Decision::Open(variable) = round.presence.decide(&Scenario::default()) else { panic!() };
    let default = Scenario::default().with(variable.clone(), variable.default.unwrap());
    assert!(round.presence.decide(&default).holds());
    assert!(matches!(defaulted.resource("A${N}").presence.decide(&default), Decision::Fails));

    let given = |text: &str| Given { parameters: vec![format!("P={text}")], ..Given::default() };
    let same = read_with(&[("t.yaml", &with_default)], &NoSchema, &given("x,y"));
    assert!(same.resource("Ax").presence.is_always() && same.model.resources.len() == 4);
    let other = read_with(&[("t.yaml", &with_default)], &NoSchema, &given("z"));
    assert!(other.resource("A${N}").presence.is_always() && other.model.resources.len() == 2);
}

/// What a template includes stands in the place of the transform, and findings stand in the file that is included.
#[test]
fn included_files_are_part_of_the_template() {
    let template = "Transform: {Name: AWS::Include, Parameters: {Location: shared/parameters.yaml}}
Resources:
  A:
    Type: Test::A
    Properties:
      V: {Own: 1, 'Fn::Transform': {Name: AWS::Include, Parameters: {Location: ./shared/properties.yaml}}}
      W: !Transform {Name: AWS::Include, Parameters: {Location: shared/properties.yaml}}
      Twice: {P: 1, 'Fn::Transform': {Name: AWS::Include, Parameters: {Location: shared/properties.yaml}}}
      Far: {Own: 1, 'Fn::Transform': {Name: AWS::Include, Parameters: {Location: 's3://bucket/shared/properties.yaml'}}}
      Outside: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: ../../outside.yaml}}}
      Absent: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: absent.yaml}}}
      Nested: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: shared/nested.yaml}}}
  Fn::Transform: {Name: AWS::Include, Parameters: {Location: shared/resources.yaml}}
";
    let read = read_project(&[
        ("a/t.yaml", template),
        ("a/shared/parameters.yaml", "Parameters:\n  Mode: {Type: String, AllowedValues: ['ON']}\n"),
        ("a/shared/properties.yaml", "P: {Fn::Sub: 'x-${Mode}'}\nQ: &q [1]\nR: *q\n"),
        ("a/shared/resources.yaml", "B: {Type: Test::B, Properties: {V: {'Fn::GetAtt': [A, Id]}}}\n"),
        (
            "a/shared/nested.yaml",
            "N: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: properties.yaml}}}\n",
        ),
        ("outside.yaml", "P: 1\n"),
    ]);
    let property = |name: &str| read.resource("A").properties.get(name);
    for name in ["V", "W"] {
        assert_eq!(property(name).get("P").as_str(), Some("x-ON"), "{name}");
        assert_eq!(property(name).get("R").as_list().unwrap().items.len(), 1, "{name}");
    }
    assert_eq!(property("V").get("Own").as_number().unwrap().as_i64(), Some(1));
    assert_eq!(read.slice(property("V").get("P").span), "{Fn::Sub: 'x-${Mode}'}");
    assert_eq!(&*read.resource("B").type_name, "Test::B");
    assert_eq!(read.slice(read.resource("B").name_span), "B");
    for name in ["Twice", "Far", "Outside", "Absent", "Nested"] {
        assert_eq!(why(&property(name)), Some(Why::Macro("AWS::Include".into())), "{name}");
    }
    assert!(read.model.scopes[0].openings.is_empty(), "{:?}", read.model.scopes[0].openings);
}

/// A part of a template that is included is no template of its own.
#[test]
fn an_included_template_is_read_once() {
    let include = "AWSTemplateFormatVersion: 2010-09-09\nTransform: {Name: AWS::Include, Parameters: {Location: b.yaml}}\nResources: {}\n";
    let read = read_project(&[("a.yaml", include), ("b.yaml", "Resources: {A: {Type: Test::A}}\n")]);
    assert_eq!(read.model.scopes.len(), 1);
    assert_eq!(read.model.scopes[0].openings.len(), 1, "`Resources` is there twice");
}

#[test]
fn loops_in_loops_end() {
    let mut body = "{'R${a}': {Type: Test::A}}".to_owned();
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        body = format!("{{'Fn::ForEach::{name}': [{name}, [1, 2, 3, 4, 5, 6, 7, 8, 9], {body}]}}");
    }
    let read = read(&format!("{LOOPS}Resources: {body}\n"));
    assert!(read.model.resources.is_empty());
    assert_eq!(read.model.scopes[0].openings.len(), 1);
}
