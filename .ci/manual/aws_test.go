package manual

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	"go.yaml.in/yaml/v3"
)

var awsDir = filepath.Join(root, "shared", "docs", "aws")

// table is what makes a table Ocim's, in whichever form it is written.
type table struct {
	Name, Hash, Range, Expires           string
	Attributes                           map[string]string
	OnDemand, Protected, Recover, Sealed bool
	Policy                               any // the policy's document
}

// The templates for Terraform and CloudFormation make the same table, with the keys that
// the store uses and all the protection that the manual promises, and the same policy.
func TestAWS_TemplatesMakeTheSameTable(t *testing.T) {
	t.Parallel()
	want := table{
		Name: "ocim", Hash: attribute(t, "attrPartition"), Range: attribute(t, "attrSort"), Expires: attribute(t, "attrExpires"),
		OnDemand: true, Protected: true, Recover: true, Sealed: true, Policy: policyDocument(t),
	}
	want.Attributes = map[string]string{want.Hash: "S", want.Range: "S"}
	assert.Equal(t, want, terraformTable(t))
	assert.Equal(t, want, cloudFormationTable(t))
}

// attribute returns the name of an attribute from the store's source.
func attribute(t *testing.T, constant string) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join(root, "shared", "kv", "dynamo", "attributes.go"))
	require.NoError(t, err)
	match := regexp.MustCompile(constant + `\s*=\s*"([a-z]+)"`).FindStringSubmatch(string(source))
	require.NotNil(t, match, constant)
	return match[1]
}

const tableARN = "arn:aws:dynamodb:REGION:ACCOUNT:table/ocim"

func policyDocument(t *testing.T) (document any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(awsDir, "policy.json"))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &document))
	return document
}

// terraformTable evaluates table.tf as Terraform does, with a table's ARN that stands in
// for the one that AWS gives.
func terraformTable(t *testing.T) table {
	t.Helper()
	file, problems := hclparse.NewParser().ParseHCLFile(filepath.Join(awsDir, "table.tf"))
	require.False(t, problems.HasErrors(), problems)
	scope := &hcl.EvalContext{
		Variables: map[string]cty.Value{
			"var": cty.ObjectVal(map[string]cty.Value{"region": cty.StringVal("eu-west-1"), "table": cty.StringVal("ocim")}),
			"aws_dynamodb_table": cty.ObjectVal(map[string]cty.Value{
				"ocim": cty.ObjectVal(map[string]cty.Value{"arn": cty.StringVal(tableARN)}),
			}),
			"aws_iam_policy": cty.ObjectVal(map[string]cty.Value{
				"functions": cty.ObjectVal(map[string]cty.Value{"arn": cty.StringVal("arn")}),
			}),
			"string": cty.StringVal("string"),
		},
		Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc},
	}
	out := table{Attributes: map[string]string{}}
	seen := map[string]bool{}
	for _, block := range file.Body.(*hclsyntax.Body).Blocks {
		name := strings.Join(append([]string{block.Type}, block.Labels...), " ")
		seen[name] = true
		values := evaluate(t, scope, block.Body, name)
		switch name {
		case "resource aws_dynamodb_table ocim":
			out.Name, out.Hash, out.Range = values["name"].AsString(), values["hash_key"].AsString(), values["range_key"].AsString()
			out.OnDemand = values["billing_mode"].AsString() == "PAY_PER_REQUEST"
			out.Protected = values["deletion_protection_enabled"].True()
			for _, inner := range block.Body.Blocks {
				values := evaluate(t, scope, inner.Body, inner.Type)
				switch inner.Type {
				case "attribute":
					out.Attributes[values["name"].AsString()] = values["type"].AsString()
				case "ttl":
					require.True(t, values["enabled"].True())
					out.Expires = values["attribute_name"].AsString()
				case "point_in_time_recovery":
					out.Recover = values["enabled"].True()
				case "server_side_encryption":
					out.Sealed = values["enabled"].True()
				case "lifecycle":
					out.Protected = out.Protected && values["prevent_destroy"].True()
				default:
					t.Errorf("aws_dynamodb_table: an unknown block %s", inner.Type)
				}
			}
		case "resource aws_iam_policy functions":
			require.NoError(t, json.Unmarshal([]byte(values["policy"].AsString()), &out.Policy))
		}
	}
	assert.True(t, seen["variable region"] && seen["variable table"] && seen["provider aws"] && seen["output policy_arn"], "%v", seen)
	return out
}

// arguments are those that Terraform's provider for AWS documents for the resources, as
// far as table.tf uses them.
var arguments = map[string][]string{
	"resource aws_dynamodb_table ocim": {"billing_mode", "deletion_protection_enabled", "hash_key", "name", "range_key"},
	"attribute":                        {"name", "type"},
	"ttl":                              {"attribute_name", "enabled"},
	"point_in_time_recovery":           {"enabled"},
	"server_side_encryption":           {"enabled"},
	"lifecycle":                        {"prevent_destroy"},
	"resource aws_iam_policy functions": {
		"description", "name", "policy",
	},
	"provider aws": {"region"},
	"variable region": {
		"type",
	},
	"variable table":    {"default", "type"},
	"output policy_arn": {"value"},
	"terraform":         {},
}

func evaluate(t *testing.T, scope *hcl.EvalContext, body *hclsyntax.Body, block string) map[string]cty.Value {
	t.Helper()
	known, ok := arguments[block]
	require.True(t, ok, "an unknown block %s", block)
	out := map[string]cty.Value{}
	for name, a := range body.Attributes {
		require.Contains(t, known, name, block)
		value, problems := a.Expr.Value(scope)
		require.False(t, problems.HasErrors(), "%s: %v", block, problems)
		out[name] = value
	}
	require.Len(t, out, len(known), "%s lacks some of %v", block, known)
	return out
}

// cloudFormationTable reads table.cloudformation.yaml, with its functions resolved.
func cloudFormationTable(t *testing.T) table {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(awsDir, "table.cloudformation.yaml"))
	require.NoError(t, err)
	var node yaml.Node
	require.NoError(t, yaml.Unmarshal(text, &node))
	resolve(t, &node, map[string]string{"TableName": "ocim", "Table.Arn": tableARN, "Policy": "arn"})
	var template struct {
		Resources struct {
			Table struct {
				Type, DeletionPolicy, UpdateReplacePolicy string
				Properties                                struct {
					TableName, BillingMode    string
					DeletionProtectionEnabled bool
					AttributeDefinitions      []struct{ AttributeName, AttributeType string }
					KeySchema                 []struct{ AttributeName, KeyType string }
					TimeToLiveSpecification   struct {
						AttributeName string
						Enabled       bool
					}
					PointInTimeRecoverySpecification struct{ PointInTimeRecoveryEnabled bool }
					SSESpecification                 struct{ SSEEnabled bool }
				}
			}
			Policy struct {
				Type       string
				Properties struct {
					ManagedPolicyName, Description string
					PolicyDocument                 any
				}
			}
		}
	}
	// The names of CloudFormation's properties are case-sensitive.
	var plain any
	require.NoError(t, node.Decode(&plain))
	asJSON, err := json.Marshal(plain)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(asJSON, &template))
	r := template.Resources
	assert.Equal(t, "AWS::DynamoDB::Table", r.Table.Type)
	assert.Equal(t, "AWS::IAM::ManagedPolicy", r.Policy.Type)
	p := r.Table.Properties
	out := table{
		Name: p.TableName, Attributes: map[string]string{}, OnDemand: p.BillingMode == "PAY_PER_REQUEST",
		Protected: p.DeletionProtectionEnabled && r.Table.DeletionPolicy == "Retain" && r.Table.UpdateReplacePolicy == "Retain",
		Recover:   p.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, Sealed: p.SSESpecification.SSEEnabled,
		Policy: r.Policy.Properties.PolicyDocument,
	}
	if p.TimeToLiveSpecification.Enabled {
		out.Expires = p.TimeToLiveSpecification.AttributeName
	}
	for _, a := range p.AttributeDefinitions {
		out.Attributes[a.AttributeName] = a.AttributeType
	}
	for _, k := range p.KeySchema {
		switch k.KeyType {
		case "HASH":
			out.Hash = k.AttributeName
		case "RANGE":
			out.Range = k.AttributeName
		}
	}
	return out
}

// resolve replaces the functions !Ref, !GetAtt and !Sub by the values that they name.
func resolve(t *testing.T, node *yaml.Node, values map[string]string) {
	t.Helper()
	for _, inner := range node.Content {
		resolve(t, inner, values)
	}
	switch node.Tag {
	case "!Ref", "!GetAtt":
		value, known := values[node.Value]
		require.True(t, known, "%s %s names nothing", node.Tag, node.Value)
		node.Tag, node.Value = "!!str", value
	case "!Sub":
		node.Tag = "!!str"
		node.Value = regexp.MustCompile(`\$\{([^}]+)\}`).ReplaceAllStringFunc(node.Value, func(name string) string {
			value, known := values[name[2:len(name)-1]]
			require.True(t, known, "!Sub names nothing: %s", name)
			return value
		})
	}
}

// Each function's policy begins with what the shared one allows, on the same table.
func TestAWS_PoliciesOfFunctionsNarrowTheSharedOne(t *testing.T) {
	t.Parallel()
	shared := policyDocument(t).(map[string]any)
	files, err := filepath.Glob(filepath.Join(awsDir, "policy-*.json"))
	require.NoError(t, err)
	files = slices.DeleteFunc(files, func(file string) bool { return strings.HasSuffix(file, "policy-createtable.json") })
	require.Len(t, files, 6)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var document struct {
			Version   string
			Statement []map[string]any
		}
		require.NoError(t, json.Unmarshal(text, &document))
		assert.Equal(t, shared["Version"], document.Version, file)
		assert.Equal(t, shared["Statement"].([]any)[0], any(document.Statement[0]), file)
		for _, statement := range document.Statement[1:] {
			assert.Equal(t, "Deny", statement["Effect"], file)
			assert.Equal(t, tableARN, statement["Resource"], file)
		}
	}
}

// Terraform itself checks the file's form where it is installed. It can't validate the
// arguments without the provider for AWS, which it would have to download.
func TestTerraform_Formats(t *testing.T) {
	t.Parallel()
	terraform, err := exec.LookPath("terraform")
	if err != nil {
		t.Skip("terraform is not installed")
	}
	out, err := exec.CommandContext(t.Context(), terraform, "fmt", "-check", "-diff", awsDir).CombinedOutput()
	require.NoError(t, err, string(out))
}
