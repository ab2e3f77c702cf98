#!/usr/bin/env python3
"""hostile_inputs.py FOLDER: writes inputs made to exhaust a linter, each in a folder of its own beside a sound template with a
defect. What they are is in their names; scripts/hostile.sh measures them."""

import json
import os
import sys
out = sys.argv[1]

# A file in which nothing stands that a rule may look at need not be parsed: each of them holds such a word.
WORD={'.tf':'# aws_cognito_user_pool\n','.yaml':'# AWS::Cognito::UserPool\n','.json':'{"//":"aws_cognito_user_pool",'}
def put(name,text):
    kind=os.path.splitext(name)[1]
    if isinstance(text,str) and text and 'ognito' not in text: text=WORD[kind]+text.removeprefix('{' if kind=='.json' else '')
    p=os.path.join(out,name); os.makedirs(os.path.dirname(p),exist_ok=True)
    open(p,'wb').write(text if isinstance(text,bytes) else text.encode())
POOL='AWSTemplateFormatVersion: "2010-09-09"\nResources:\n  Pool:\n    Type: AWS::Cognito::UserPool\n    Properties:\n'
def t(resources,**more): return json.dumps({"AWSTemplateFormatVersion":"2010-09-09","Resources":resources,**more})
def pool(**p): return {"Type":"AWS::Cognito::UserPool","Properties":p}
n=100000
put('yaml-flow-lists/t.yaml',POOL+'      X: '+'['*n+']'*n+'\n')
put('yaml-flow-maps/t.yaml',POOL+'      X: '+'{a: '*n+'}'*n+'\n')
put('yaml-block-lists/t.yaml',POOL+'      X:\n        '+'- '*n+'x\n')
put('yaml-block-keys/t.yaml',POOL+'      X:\n        '+'? '*n+'x\n')
d=3000
put('yaml-block-maps/t.yaml',POOL+'      X:\n'+''.join(' '*(8+i)+'a:\n' for i in range(d)))
put('json-lists/t.json','{"Resources":{"A":{"Type":"AWS::Cognito::UserPool","Properties":{"X":'+'['*n+']'*n+'}}}}')
put('json-maps/t.json','{"Resources":{"A":{"Type":"AWS::Cognito::UserPool","Properties":{"X":'+'{"a":'*n+'1'+'}'*n+'}}}}')
put('json-wide/t.json','{"Resources":{"A":{"Type":"AWS::Cognito::UserPool","Properties":{"X":['+'1,'*5000000+'1]}}}}')
put('json-wide-keys/t.json','{"Resources":{"A":{"Type":"AWS::Cognito::UserPool","Properties":{"X":{'+','.join('"k%d":1'%i for i in range(1000000))+'}}}}}')
put('json-same-keys/t.json','{"Resources":{"A":{"Type":"AWS::Cognito::UserPool","Properties":{"X":{'+','.join('"k":1' for i in range(1000000))+'}}}}}')
put('json-many-resources/t.json',t({'P%d'%i:pool(MfaConfiguration="ON") for i in range(20000)}))
put('hcl-parens/main.tf','locals {\n a = '+'('*10000+'1'+')'*10000+'\n}\n')
put('hcl-heredocs/main.tf','locals {\n'+''.join(' a%d = <<E\n${%d}\nE\n'%(i,i) for i in range(20000))+'}\n')
put('hcl-errors/main.tf','resource "aws_cognito_user_pool" "p" {\n'*5000)
put('hcl-errors2/main.tf','a = [\n'*20000)
put('hcl-dupkeys/main.tf','locals {\n a = {'+', '.join('k = 1' for i in range(20000))+'}\n}\n')
put('hcl-binary/main.tf','locals {\n a = '+' + '.join(['1']*100000)+'\n}\n')
put('hcl-not/main.tf','locals {\n a = '+'!'*100000+'true\n}\n')
put('hcl-cond/main.tf','locals {\n a = '+'true ? 1 : '*50000+'1\n}\n')
put('hcl-index/main.tf','locals {\n a = b'+'[0]'*100000+'\n}\n')
put('hcl-attr/main.tf','locals {\n a = b'+'.c'*100000+'\n}\n')
put('hcl-for/main.tf','locals {\n a = '+'[for x in '*10000+'[]'+' : x]'*10000+'\n}\n')
put('hcl-template-if/main.tf','locals {\n a = "'+'%{ if true }'*10000+'x'+'%{ endif }'*10000+'"\n}\n')
put('hcl-quotes/main.tf','"'*200000)
put('hcl-heredoc-open/main.tf','a = <<E\n'*50000)
# CloudFormation DAGs
rs={}
for i in range(60):
    nxt={"Ref":"R%d"%(i+1)}
    rs["R%d"%i]={"Type":"AWS::IAM::Role","Properties":{"RoleName":{"Fn::Sub":"${R%d}${R%d}"%(i+1,i+1)}}}
rs["R60"]={"Type":"AWS::IAM::Role","Properties":{"RoleName":"xxxxxxxx"}}
rs["P"]=pool(UserPoolName={"Ref":"R0"},MfaConfiguration="ON")
put('cfn-doubled-text/t.json',t(dict(reversed(list(rs.items())))))
for i in range(60): rs["R%d"%i]["Properties"]["RoleName"]=[{"Ref":"R%d"%(i+1)}]*2
put('cfn-doubled-lists/t.json',t(dict(reversed(list(rs.items())))))
for i in range(60): rs["R%d"%i]["Properties"]["RoleName"]={"Fn::ToJsonString":[{"Ref":"R%d"%(i+1)}]*2}
put('cfn-doubled-json/t.json',t(dict(reversed(list(rs.items()))),Transform="AWS::LanguageExtensions"))
N=5000
rs={"R%d"%i:{"Type":"AWS::IAM::Role","Properties":{"RoleName":[[[{"Ref":"R%d"%(i-1)}]]] if i else "x"}} for i in range(N)}
rs["P"]=pool(UserPoolName={"Ref":"R%d"%(N-1)},MfaConfiguration="ON")
put('cfn-deep-lists/t.json',t(rs))
put('cfn-deep-lists-back/t.json',t(dict(reversed(list(rs.items())))))
rs={"R%d"%i:{"Type":"AWS::IAM::Role","Properties":{"RoleName":{"Fn::Sub":"a${R%d}"%(i-1)} if i else "x"}} for i in range(N)}
rs["P"]=pool(UserPoolName={"Ref":"R%d"%(N-1)})
put('cfn-ref-chain/t.json',t(rs)); put('cfn-ref-chain-back/t.json',t(dict(reversed(list(rs.items())))))
# many conditions
C={"C0":{"Fn::Equals":[{"Ref":"E"},"a"]}}
for i in range(1,64): C["C%d"%i]={"Fn::And":[{"Condition":"C%d"%(i-1)},{"Fn::Not":[{"Condition":"C%d"%(i-1)}]}]}
put('cfn-conditions/t.json',t({"P":{**pool(MfaConfiguration={"Fn::If":["C63","ON","OFF"]}),"Condition":"C62"}},Parameters={"E":{"Type":"String"}},Conditions=C))
C={"C%d"%i:{"Fn::Equals":[{"Ref":"E%d"%i},"a"]} for i in range(64)}
nest="x"
for i in range(64): nest={"Fn::If":["C%d"%i,nest,"y%d"%i]}
put('cfn-ifs/t.json',t({"P":pool(MfaConfiguration=nest,UserPoolName={"Fn::Sub":[''.join("${v%d}"%i for i in range(40)),{"v%d"%i:{"Fn::If":["C%d"%i,"a","b"]} for i in range(40)}]})},Parameters={"E%d"%i:{"Type":"String"} for i in range(64)},Conditions=C))
put('cfn-contains/t.json',t({"P":pool(MfaConfiguration="ON")},Parameters={"E":{"Type":"String"}},Rules={"R":{"Assertions":[{"Assert":{"Fn::Contains":[["v%d"%i for i in range(50000)],{"Ref":"E"}]}}]}}))
put('cfn-allowed/t.json',t({"P":pool(MfaConfiguration={"Ref":"E"})},Parameters={"E":{"Type":"String","Default":"v1","AllowedValues":["v%d"%i for i in range(50000)]}}))
put('cfn-equals/t.json',t({"P":pool(MfaConfiguration={"Fn::If":["C0","ON","OFF"]})},Parameters={"E":{"Type":"String","Default":"v1"}},Conditions={"C%d"%i:{"Fn::Equals":[{"Ref":"E"},"v%d"%i]} for i in range(20000)}))
C={"C%d"%i:{"Fn::Or":[{"Fn::Equals":[{"Ref":"E%d"%i},"a"]},{"Condition":"C%d"%(i-1)}]} if i else {"Fn::Equals":[{"Ref":"E0"},"a"]} for i in range(5000)}
put('cfn-or-chain/t.json',t({"P":pool(MfaConfiguration={"Fn::If":["C4999","ON","OFF"]})},Parameters={"E%d"%i:{"Type":"String"} for i in range(5000)},Conditions=C))
put('cfn-commas/t.json',t({"P":pool(UserPoolName={"Fn::Select":["0",{"Ref":"E"}]},X={"Fn::Split":[",",","*5000000]})},Parameters={"E":{"Type":"CommaDelimitedList","Default":","*5000000}}))
put('cfn-merge/t.yaml','Resources:\n  P:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      X:\n        m0: &m0 {a: 1}\n'+''.join('        m%d: &m%d\n          <<: [*m%d, *m%d]\n          b%d: 1\n'%(i,i,i-1,i-1,i) for i in range(1,2000)))
put('cfn-alias-cycle/t.yaml','Resources:\n  P: &a\n    Type: AWS::Cognito::UserPool\n    Properties: *a\n')
put('cfn-joins/t.json',t({"P":pool(UserPoolName={"Fn::Join":["x"*100000,["y"]*100000]})}))
put('cfn-base64/t.json',t({"P":pool(UserPoolName={"Fn::Base64":{"Fn::Sub":"${A}"*100000}})}))
put('cfn-subs/t.json',t({"P":pool(UserPoolName={"Fn::Sub":"${AWS::Region}"*100000}),"Q":pool(UserPoolName={"Fn::Sub":"${AWS::Region}"*100000})}))
put('cfn-sub-compare/t.json',t({"P":pool(UserPoolName={"Fn::If":["C",1,2]})},Conditions={"C":{"Fn::Equals":[{"Fn::Sub":"${AWS::Region}a"*20000},{"Fn::Sub":"${AWS::Region}b"*20000}]}}))
pd={"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*"*5000+"a","Resource":"*a"*5000} for i in range(300)]}
role=lambda doc:{"Type":"AWS::IAM::Role","Properties":{"AssumeRolePolicyDocument":doc,"Policies":[{"PolicyName":"p","PolicyDocument":doc}]}}
put('iam-wildcards/t.json',t({"R":role(pd),"P":pool(MfaConfiguration="ON",SmsConfiguration={"SnsCallerArn":{"Fn::GetAtt":["R","Arn"]},"ExternalId":"x"})}))
pd2={"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sns:Publish","Resource":"*","Condition":{"StringLike":{"sts:ExternalId":["*a*"*20+str(i) for i in range(500)]}}} for i in range(100)]}
put('iam-conditions/t.json',t({"R":role(pd2),"P":pool(MfaConfiguration="ON",SmsConfiguration={"SnsCallerArn":{"Fn::GetAtt":["R","Arn"]},"ExternalId":"a"*5000})}))
rs={"R":role({"Version":"2012-10-17","Statement":[]})}
for i in range(3000):
  rs["P%d"%i]=pool(MfaConfiguration="ON",SmsConfiguration={"SnsCallerArn":{"Fn::GetAtt":["R","Arn"]},"ExternalId":"x"})
  rs["I%d"%i]={"Type":"AWS::IAM::Policy","Properties":{"PolicyName":"p","Roles":[{"Ref":"R"}],"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}}}
put('many-policies/t.json',t(rs))
rs={"P":pool(MfaConfiguration="ON")}
for i in range(10000): rs["C%d"%i]={"Type":"AWS::Cognito::UserPoolClient","Properties":{"UserPoolId":{"Ref":"P"},"ClientName":"c%d"%i}}
put('many-clients/t.json',t(rs))
# terraform json, plan
put('tfjson-deep/main.tf.json','{"locals":{"a":'+'['*200+'1'+']'*200+'}}')
put('tfjson-deep2/main.tf.json','{"resource":'+'{"a":'*250+'1'+'}'*250+'}')
put('tfjson-templates/main.tf.json',json.dumps({"locals":{"a":"${"*5000}}))
put('plan-deep/plan.json','{"format_version":"1.2","terraform_version":"1.9","planned_values":'+'{"root_module":'*200+'{}'+'}'*200+',"resource_changes":[]}')
put('plan-many/plan.json',json.dumps({"format_version":"1.2","terraform_version":"1.9.0","planned_values":{"root_module":{"resources":[{"address":"aws_cognito_user_pool.p[%d]"%i,"mode":"managed","type":"aws_cognito_user_pool","name":"p","index":i,"values":{"name":"p","mfa_configuration":"ON"}} for i in range(20000)]}},"resource_changes":[{"address":"aws_cognito_user_pool.p[%d]"%i,"mode":"managed","type":"aws_cognito_user_pool","name":"p","index":i,"change":{"actions":["create"],"before":None,"after":{"name":"p","mfa_configuration":"ON"},"after_unknown":{}}} for i in range(20000)]}))
mc={}
cur=mc
for i in range(80):
  nx={}; cur["module_calls"]={"m":{"source":"./m","module":nx}}; cur=nx
put('plan-modules/plan.json',json.dumps({"format_version":"1.2","terraform_version":"1.9.0","planned_values":{"root_module":{}},"configuration":{"root_module":mc}}))
# SAM
put('sam-globals/t.yaml','Transform: AWS::Serverless-2016-10-31\nGlobals:\n  Function:\n    Environment:\n      Variables: '+'{a: '*200+'}'*200+'\nResources:\n'+''.join('  F%d:\n    Type: AWS::Serverless::Function\n    Properties: {Handler: a, Policies: [SNSPublishMessagePolicy: {TopicName: x}]}\n'%i for i in range(3000)))
# nested stacks
for i in range(40):
  put('nested-doubled/n%d.json'%i, t({"N":{"Type":"AWS::CloudFormation::Stack","Properties":{"TemplateURL":"n%d.json"%(i+1)}},"M":{"Type":"AWS::CloudFormation::Stack","Properties":{"TemplateURL":"n%d.json"%(i+1)}},"P":pool(MfaConfiguration="ON")},Outputs={"X":{"Value":[{"Fn::GetAtt":["N","Outputs.X"]},{"Fn::GetAtt":["M","Outputs.X"]}]}}))
put('nested-doubled/n40.json', t({"P":pool(MfaConfiguration="ON")},Outputs={"X":{"Value":"x"}}))
put('nested-self/t.json', t({"N":{"Type":"AWS::CloudFormation::Stack","Properties":{"TemplateURL":"./t.json"}},"P":pool()}))
# tokens
put('yaml-many-anchors/t.yaml','Resources: {}\nMetadata:\n'+''.join('  a%d: &a%d x\n'%(i,i) for i in range(200000)))
put('yaml-long-key/t.yaml','AWS::: Resources\n'+'"'+'k'*1000000+'": 1\n')
put('yaml-plain-lines/t.yaml','# AWS:: Resources\na: '+'x\n  '*300000)
put('yaml-quotes/t.yaml','# AWS:: Resources\n'+'a: "x\n'*20000)
put('yaml-underindented/t.yaml','# AWS:: \nResources:\n'+'  a: "x\n  y"\n'*3000)
put('yaml-docs/t.yaml','# AWS:: Resources\n'+'---\n'*300000)
put('yaml-baddocs/t.yaml','# AWS:: Resources\n'+'--- [\n'*100000)
put('yaml-comments/t.yaml','# AWS:: Resources\na:\n'+'# c\n'*300000+'  b: 1\n')
put('yaml-suppressions/t.yaml',POOL+'      # coglint: ignore[mfa-without-factors] x\n'*200000+'      MfaConfiguration: "ON"\n')
put('hcl-suppressions/main.tf','resource "aws_cognito_user_pool" "p" {\n'+'  # coglint: ignore[mfa-without-factors] x\n'*200000+'  mfa_configuration = "ON"\n}\n')
put('yaml-colons/t.yaml','# AWS:: Resources\n'+'a: '*100000+'\n')
put('yaml-tags/t.yaml','# AWS:: Resources\n'+'!a '*100000+'\n')
put('cr/t.yaml','Resources:\r  P:\r    Type: AWS::Cognito::UserPool\r    Properties:\r      MfaConfiguration: "ON"\r')
put('nul/t.yaml','Resources:\n  P:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      MfaConfiguration: "ON"\n      A: \0\n')
put('utf16/t.yaml','\ufeffResources:\n  P:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      MfaConfiguration: "ON"\n'.encode('utf-16-le'))
put('utf8bom/t.yaml','\ufeffResources:\n  P:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      MfaConfiguration: "ON"\n')
# A file over the limit, and many files that are nothing.
put('json-100-megabytes/t.json', '{"Resources":{"A":{"Type":"AWS::Cognito::UserPool","Properties":{"X":[' + '"xxxxxxxxxxxxx",' * 6500000 + '1]}}}}')
for i in range(200000): put('empty-files/%03d/%d.yaml' % (i // 1000, i), '')
# A stranger's 472 and 771 bytes.
put('yaml-aliases/t.yaml', 'Resources: {}\nMetadata:\n  a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n' + ''.join('  a%d: &a%d [%s]\n' % (i, i, ','.join(['*a%d' % (i - 1)] * 10)) for i in range(1, 9)))
body = {'R${V0}${V1}${V2}${V3}': {'Type': 'AWS::Cognito::UserPool', 'Properties': {}}}
for i in (3, 2, 1, 0): body = {'Fn::ForEach::L%d' % i: ['V%d' % i, ['v%d' % j for j in range(20)], body]}
put('cfn-foreach/t.json', t(body, Transform='AWS::LanguageExtensions'))
GOOD = 'Resources:\n  Good:\n    Type: AWS::Cognito::UserPool\n    Properties:\n      UserPoolName: g\n      MfaConfiguration: "ON"\n'
for d in os.listdir(out): put(d + '/good.yaml', GOOD)
