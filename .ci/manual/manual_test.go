package manual

import (
	"encoding/pem"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/ci/stack"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/secret"
)

var root = filepath.Join("..", "..")

// ways is how many ways to credentials for AWS the manual has.
const ways = 3

// commands returns the commands of the manual: the lines of console blocks that start
// with a prompt. A numbered list has alternatives, of which it takes the given one.
func commands(t *testing.T, way int) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "shared", "docs", "deployment.md"))
	require.NoError(t, err)
	var out []string
	inside, item := false, ""
	for line := range strings.Lines(string(text)) {
		indented := strings.HasPrefix(line, "   ")
		if number := listItem.FindStringSubmatch(line); number != nil {
			item = number[1]
		} else if !indented && strings.TrimSpace(line) != "" {
			item = ""
		}
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case inside && (item == "" || item == strconv.Itoa(way)):
			command, prompted := strings.CutPrefix(line, "$ ")
			require.Truef(t, prompted, "%q is not a command", line)
			out = append(out, command)
		}
	}
	require.Greater(t, len(out), 40)
	return out
}

var listItem = regexp.MustCompile(`^([0-9])\. `)

// awsFlags are those that the AWS CLI documents for the commands of the manual.
var awsFlags = map[string][]string{
	"cloudformation deploy":               {"--stack-name", "--region", "--template-file", "--capabilities"},
	"iam attach-role-policy":              {"--role-name", "--policy-arn"},
	"eks create-pod-identity-association": {"--region", "--cluster-name", "--namespace", "--service-account", "--role-arn"},
}

// flags are those that faas-cli documents for the commands of the manual.
var flags = map[string][]string{
	"login":         {"--username", "--password-stdin"},
	"secret create": {"--from-file"},
	"secret update": {"--from-file"},
	"publish":       {"-f", "--platforms"},
	"deploy":        {"-f"},
	"logs":          {},
}

// standIn is a program that takes the place of those which the walk cannot run: it writes
// its name and arguments, and the environment for stack files, to a log.
const standIn = `#!/bin/sh
[ "$1 $2" != "secret create" ] || [ ! -e "$WALK/secrets/$3" ] || { echo "the secret $3 exists" >&2; exit 1; }
[ "$1 $2" != "secret update" ] || [ -e "$WALK/secrets/$3" ] || { echo "the secret $3 does not exist" >&2; exit 1; }
if [ "$1" = secret ]; then
	[ -s "$5" ] || { echo "the secret $3 is empty" >&2; exit 1; }
	cp "$5" "$WALK/secrets/$3"
	# What the functions see is kept after each step.
	step=$(ls "$WALK/steps" | wc -l)
	cp -r "$WALK/secrets" "$WALK/steps/$(printf %03d "$step")-$3"
fi
environment=$(env | grep -E '^(OCIM|AWS|OPENFAAS)_' | sort | tr '\n' '\001')
printf '%s\002%s\002%s\n' "$(basename "$0")" "$*" "$environment" >> "$WALK/log"
[ "$1 $2" != "get secret" ] || printf %s given | base64
# The real faas-cli goes on to call a gateway of the test.
if [ "$(basename "$0")" = faas-cli ] && [ -n "${OCIM_TEST_FAAS_CLI:-}" ]; then
	OPENFAAS_URL="$GATEWAY" HOME="$WALK/home" CI='' exec "$OCIM_TEST_FAAS_CLI" "$@"
fi
`

type call struct {
	program     string
	arguments   []string
	environment map[string]string
}

// walk runs the manual in an empty folder with a copy of what it refers to, and returns
// the calls of the stand-ins and the folder of the secrets after each step.
func walk(t *testing.T, way int) (calls []call, steps string) {
	t.Helper()
	dir, bin := t.TempDir(), t.TempDir()
	for _, folder := range []string{"secrets", "steps", "home"} {
		require.NoError(t, os.Mkdir(filepath.Join(bin, folder), 0o755))
	}
	for _, name := range []string{"faas-cli", "kubectl", "aws", "make", "sleep", "docker"} {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte(standIn), 0o755))
	}
	// What the reader has: a password, and what their providers gave them.
	for _, name := range []string{"campus-openfaas-password", "smtp-password", "google-secret"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("given\n"), 0o600))
	}
	top, err := filepath.Abs(root)
	require.NoError(t, err)
	for _, name := range []string{"shared", "functions", "template", "stack.yml", "Makefile"} {
		require.NoError(t, os.Symlink(filepath.Join(top, name), filepath.Join(dir, name)))
	}
	script := "set -eu\n" + strings.Join(commands(t, way), "\n") + "\n"
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script)
	cmd.Dir = dir
	gateway := startGateway(t)
	cmd.Env = append(os.Environ(), "WALK="+bin, "GATEWAY="+gateway.URL, "PATH="+bin+":"+os.Getenv("PATH"), "KEY_ID=given", "KEY_SECRET=given",
		"AWS_ENDPOINT_URL_DYNAMODB="+kvtest.Dynalite(t), "AWS_ACCESS_KEY_ID=given", "AWS_SECRET_ACCESS_KEY=given")
	output, err := cmd.CombinedOutput()
	require.NoErrorf(t, err, "%s", output)
	assert.Contains(t, string(output), "The table ocim is ready.")
	if os.Getenv("OCIM_TEST_FAAS_CLI") != "" {
		assert.Equal(t, 15, gateway.deployed(), "seven functions, the inspector, and the seven again at the rollback")
	}

	log, err := os.ReadFile(filepath.Join(bin, "log"))
	require.NoError(t, err)
	for line := range strings.Lines(string(log)) {
		parts := strings.Split(strings.TrimSuffix(line, "\n"), "\002")
		c := call{program: parts[0], arguments: strings.Fields(parts[1]), environment: map[string]string{}}
		for _, pair := range strings.Split(parts[2], "\001") {
			name, value, _ := strings.Cut(pair, "=")
			c.environment[name] = value
		}
		calls = append(calls, c)
	}
	return calls, filepath.Join(bin, "steps")
}

func TestManual_WalksToADeployment(t *testing.T) {
	t.Parallel()
	for way := 1; way <= ways; way++ {
		t.Run(fmt.Sprint("credentials ", way), func(t *testing.T) {
			t.Parallel()
			calls, steps := walk(t, way)
			walksToADeployment(t, way, calls)
			rotationLocksNobodyOut(t, steps)
		})
	}
}

// walksToADeployment checks what the walk called, in its order.
func walksToADeployment(t *testing.T, way int, calls []call) {
	created := map[string]bool{}
	deployed := map[string]stack.File{}
	targets, err := os.ReadFile(filepath.Join(root, "Makefile"))
	require.NoError(t, err)
	for _, c := range calls {
		line := c.program + " " + strings.Join(c.arguments, " ")
		switch c.program {
		case "make":
			assert.Regexp(t, regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(c.arguments[0])+":"), string(targets), line)
		case "kubectl":
			if c.arguments[0] == "get" {
				assert.Equal(t, "get secret basic-auth --namespace openfaas", strings.Join(c.arguments[:5], " "), "where OpenFaaS' chart keeps the password")
				continue
			}
			require.Equal(t, []string{"apply", "-f"}, c.arguments[:2], line)
			manifests(t, filepath.Join(root, c.arguments[2]))
		case "aws":
			documented(t, line, awsFlags, strings.Join(c.arguments[:2], " "), c.arguments)
			if at := slices.Index(c.arguments, "--template-file"); at >= 0 {
				require.FileExists(t, filepath.Join(root, c.arguments[at+1]), line)
			}
		case "faas-cli":
			name := c.arguments[0]
			if name == "secret" {
				name += " " + c.arguments[1]
				created[c.arguments[2]] = true
			}
			documented(t, line, flags, name, c.arguments)
			if at := slices.Index(c.arguments, "-f"); at >= 0 {
				file := c.arguments[at+1]
				f, err := stack.Read(filepath.Join(root, file), func(name string) string { return c.environment[name] })
				require.NoError(t, err, line)
				for function, spec := range f.Functions {
					assert.NotContains(t, spec.Image, "ocim.invalid", "%s: the image of %s", line, function)
					for _, secret := range spec.Secrets {
						assert.Truef(t, created[secret], "%s: %s needs the secret %s, which the manual has not created yet", line, function, secret)
					}
				}
				if name == "deploy" {
					deployed[file] = f
				}
			}
		}
	}
	assert.ElementsMatch(t, []string{"stack.yml", "functions/inspector/deploy/stack.yml"}, slices.Collect(maps.Keys(deployed)))
	auth := deployed["stack.yml"].Functions["auth"]
	assert.Equal(t, "https://ocim.example.org", auth.Environment["OCIM_PUBLIC_URL"])
	secrets := []string{"ocim-jwt-private", "ocim-smtp-password", "ocim-google-secret"}
	if way == 2 {
		secrets = append(secrets, "ocim-aws-credentials")
		assert.Equal(t, "/var/openfaas/secrets/ocim-aws-credentials", auth.Environment["AWS_SHARED_CREDENTIALS_FILE"])
	}
	assert.ElementsMatch(t, secrets, auth.Secrets)
}

// documented checks that a program has a command, and the command the flags.
func documented(t *testing.T, line string, known map[string][]string, name string, arguments []string) {
	t.Helper()
	allowed, has := known[name]
	require.Truef(t, has, "%s: there is no command %q", line, name)
	for _, argument := range arguments {
		if strings.HasPrefix(argument, "-") {
			assert.Containsf(t, allowed, argument, "%s: no such flag is documented", line)
		}
	}
}

// rotationLocksNobodyOut checks what the functions see after each step that replaces a
// secret. Functions see a replaced secret at different moments, so what one function
// makes with the secrets of a step must be usable by another that still has those of the
// step before, and by one that has those of the step after.
func rotationLocksNobodyOut(t *testing.T, steps string) {
	entries, err := os.ReadDir(steps)
	require.NoError(t, err)
	type state struct {
		name             string
		signs            string
		accepted, sealed []string
		sealsWith        string
	}
	var states []state
	for _, e := range entries {
		dir := secret.NewDirectory(filepath.Join(steps, e.Name()))
		private, errPrivate := dir.Read("ocim-jwt-private")
		public, errPublic := dir.Read("ocim-jwt-public")
		seal, errSeal := dir.Read("ocim-seal-keys")
		if errPrivate != nil || errPublic != nil || errSeal != nil {
			continue // not all created yet
		}
		s := state{name: e.Name(), signs: publicKeys(t, private.Reveal())[0], accepted: blocks(public.Reveal())}
		for line := range strings.Lines(seal.Reveal()) {
			if line = strings.TrimSpace(line); line != "" {
				s.sealed = append(s.sealed, line)
			}
		}
		s.sealsWith = s.sealed[0]
		_, err := secret.ParseKeyring(seal.Reveal())
		require.NoError(t, err, e.Name())
		states = append(states, s)
	}
	require.GreaterOrEqual(t, len(states), 7, "the manual rotates signing and encryption keys")
	signers, sealers := map[string]bool{}, map[string]bool{}
	for i, s := range states {
		signers[s.signs], sealers[s.sealsWith] = true, true
		for _, other := range states[max(0, i-1):min(len(states), i+2)] {
			assert.Containsf(t, other.accepted, s.signs, "tokens signed after %s are refused by functions that have the secrets of %s", s.name, other.name)
			assert.Containsf(t, other.sealed, s.sealsWith, "what is encrypted after %s cannot be decrypted by functions that have the secrets of %s", s.name, other.name)
		}
	}
	assert.Len(t, signers, 2, "the signing key is replaced")
	assert.Len(t, sealers, 2, "the encryption key is replaced")
	assert.Len(t, states[len(states)-1].accepted, 1, "the old public key is forgotten")
}

// publicKeys returns the public keys of a bundle of private ones, as the manual derives
// them.
func publicKeys(t *testing.T, private string) []string {
	t.Helper()
	var out []string
	for _, block := range blocks(private) {
		cmd := exec.CommandContext(t.Context(), "openssl", "pkey", "-pubout")
		cmd.Stdin = strings.NewReader(block)
		public, err := cmd.Output()
		require.NoError(t, err)
		out = append(out, blocks(string(public))...)
	}
	return out
}

// blocks splits a bundle of PEM.
func blocks(bundle string) []string {
	var out []string
	for block, rest := pem.Decode([]byte(bundle)); block != nil; block, rest = pem.Decode(rest) {
		out = append(out, string(pem.EncodeToMemory(block)))
	}
	return out
}

// Links between the pages of the manual lead somewhere.
func TestManual_LinksExist(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(root, "shared", "docs", "*.md"))
	require.NoError(t, err)
	pages = append(pages, filepath.Join(root, "README.md"))
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	links := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, match := range link.FindAllStringSubmatch(string(text), -1) {
			links++
			assert.FileExists(t, filepath.Join(filepath.Dir(page), match[1]), page)
		}
	}
	assert.Greater(t, links, 20)
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	assert.LessOrEqual(t, strings.Count(string(readme), "\n"), 150)
}
