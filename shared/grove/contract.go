package grove

import (
	"crypto/rand"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/pattern"
)

// Ways an operation reaches GitLab, the values of fleet.Mechanism.By.
const (
	byTrigger  = "trigger"
	ByCommit   = "commit"
	byPipeline = "pipeline"
)

// defaultMechanism is the way to trigger an operation that Grove's public sources
// define.
func defaultMechanism(kind fleet.OperationKind) (fleet.Mechanism, bool) {
	switch kind {
	case fleet.Create:
		return fleet.Mechanism{By: byTrigger, Variables: map[string]string{
			"INSTANCE_NAME": "{instance}", "DEPLOYMENT_REQUEST_ID": "{deploymentId}", "NEW_INSTANCE_TRIGGER": "1",
		}}, true
	case fleet.Archive:
		return fleet.Mechanism{By: byTrigger, Variables: map[string]string{
			"INSTANCE_NAME": "{instance}", "ARCHIVE_INSTANCE_TRIGGER": "1",
		}}, true
	case fleet.Delete:
		return fleet.Mechanism{By: byTrigger, Variables: map[string]string{
			"INSTANCE_NAME": "{instance}", "DELETE_INSTANCE_TRIGGER": "1",
		}}, true
	case fleet.Update:
		return fleet.Mechanism{By: ByCommit, Message: "[AutoDeploy][Update] {entries}"}, true
	case fleet.Unarchive:
		return fleet.Mechanism{By: ByCommit, Message: "[AutoDeploy][Create] {entries}"}, true
	case fleet.BuildImages:
		return fleet.Mechanism{By: ByCommit, Message: "[AutoDeploy][Build][Image] {repository}|{branch}"}, true
	case fleet.Reprovision:
		return fleet.Mechanism{By: byPipeline, Variables: map[string]string{
			commitMessage: "[AutoDeploy][Infrastructure] {deploymentId}",
		}}, true
	}
	return fleet.Mechanism{}, false
}

// DefaultContract is the contract of a project that has none of its own.
func DefaultContract() fleet.Contract {
	c := fleet.Contract{Operations: map[fleet.OperationKind]fleet.Mechanism{}, Routes: defaultRoutes()}
	for _, kind := range fleet.OperationKinds() {
		c.Operations[kind], _ = defaultMechanism(kind)
	}
	return c
}

// MechanismOf gives a contract's way for an operation, the default where the contract
// (which may be nil) has none. An unknown operation is fault.Invalid.
func MechanismOf(c *fleet.Contract, kind fleet.OperationKind) (fleet.Mechanism, error) {
	if c != nil {
		if m, ok := c.Operations[kind]; ok {
			return m, nil
		}
	}
	if m, ok := defaultMechanism(kind); ok {
		return m, nil
	}
	return fleet.Mechanism{}, fault.InvalidField("kind", "there is no operation %q", string(kind))
}

// commitMessage is the one variable of GitLab's own that a contract may set:
// Grove's generator reads it to learn what a pipeline is for.
const commitMessage = "CI_COMMIT_MESSAGE"

// maxSecretRules bounds the keys that an administrator declares secret, and those not.
const maxSecretRules = 50

var secretRule = pattern.Lazy(`^[A-Za-z0-9_.*-]{1,128}$`)

var (
	placeholder  = pattern.Lazy(`\{[^{}]*\}`)
	placeholders = []string{"{instance}", "{deploymentId}", "{repository}", "{branch}", "{entries}"}
	variableName = pattern.Lazy(`^[A-Za-z_][A-Za-z0-9_]{0,127}$`)
)

// ValidateContract checks a contract that a person edited. Errors are
// fault.Invalid with a field such as "operations.create.variables.X".
func ValidateContract(c fleet.Contract) error {
	for _, kind := range slices.Sorted(maps.Keys(c.Operations)) {
		m := c.Operations[kind]
		field := "operations." + string(kind)
		if _, known := defaultMechanism(kind); !known {
			return fault.InvalidField(field, "there is no such operation")
		}
		switch m.By {
		case ByCommit:
			if m.Message == "" {
				return fault.InvalidField(field+".message", "a commit needs a message")
			}
			if len(m.Variables) > 0 {
				return fault.InvalidField(field+".variables", "a commit carries no variables")
			}
		case byTrigger, byPipeline:
			if m.Message != "" {
				return fault.InvalidField(field+".message", "only a commit has a message")
			}
			if len(m.Variables) == 0 || len(m.Variables) > 50 {
				return fault.InvalidField(field+".variables", "1 to 50 variables are needed")
			}
		default:
			return fault.InvalidField(field+".by", "must be trigger, commit or pipeline")
		}
		if err := validTemplate(field+".message", m.Message); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(m.Variables)) {
			if err := validVariable(m.By, field+".variables."+name, name, m.Variables[name]); err != nil {
				return err
			}
		}
	}
	for _, list := range []struct {
		field string
		keys  []string
	}{{"secrets.mask", c.Secrets.Mask}, {"secrets.show", c.Secrets.Show}} {
		if len(list.keys) > maxSecretRules {
			return fault.InvalidField(list.field, "at most %d keys are allowed", maxSecretRules)
		}
		for i, key := range list.keys {
			if !secretRule().MatchString(key) || strings.Trim(key, "*") == "" {
				return fault.InvalidField(fmt.Sprintf("%s.%d", list.field, i), "must be a key of letters, digits, _, - and ., with * for any rest")
			}
		}
	}
	return validRoutes(c.Routes)
}

func validVariable(by, field, name, value string) error {
	if !variableName().MatchString(name) {
		return fault.InvalidField(field, "a variable's name has letters, digits and _")
	}
	if reservedVariable(name) && (by != byPipeline || name != commitMessage) {
		return fault.InvalidField(field, "GitLab and its runners use this name themselves")
	}
	if strings.Contains(value, "$") {
		return fault.InvalidField(field, "$ is not allowed: GitLab may expand it")
	}
	return validTemplate(field, value)
}

func validTemplate(field, template string) error {
	if len(template) > 1000 {
		return fault.InvalidField(field, "at most 1000 characters are allowed")
	}
	if strings.ContainsFunc(template, control) {
		return fault.InvalidField(field, "must be one line of text")
	}
	for _, p := range placeholder().FindAllString(template, -1) {
		if !slices.Contains(placeholders, p) {
			return fault.InvalidField(field, "%s is not one of %s", p, strings.Join(placeholders, ", "))
		}
	}
	return nil
}

func control(r rune) bool {
	return r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == '�'
}

// reservedVariable reports whether a name belongs to GitLab, the runner or the
// shell.
func reservedVariable(name string) bool {
	name = strings.ToUpper(name)
	for _, prefix := range []string{"CI_", "GITLAB_", "LD_", "RUNNER_", "FF_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "CI", "PATH", "KUBECONFIG", "HOME", "SHELL", "BASH_ENV", "ENV", "IFS", "PYTHONPATH", "TRIGGER_PAYLOAD":
		return true
	}
	return false
}

// NewDeploymentID makes a deployment id: the time in milliseconds and six
// random digits, 19 digits in all, so ids sort by time, fit 64 bits and
// do not repeat. random is crypto/rand.Reader but in tests.
func NewDeploymentID(now time.Time, random io.Reader) (string, error) {
	n, err := rand.Int(random, big.NewInt(1_000_000))
	if err != nil {
		return "", fault.Wrap(fault.Internal, err, "making a deployment id")
	}
	return strconv.FormatInt(now.UnixMilli()*1_000_000+n.Int64(), 10), nil
}
