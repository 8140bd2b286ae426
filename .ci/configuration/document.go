package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/open-craft/ocim/ci/stack"
)

// functions and programs are the package patterns of what reads its configuration from
// the environment. Functions are deployed with stack.yml or with the inspector's stack
// file; programs run on one machine.
var (
	functions = []string{
		"./functions/auth", "./functions/clusters", "./functions/instances", "./functions/pipelines",
		"./functions/webhook", "./functions/sync", "./functions/inspector",
	}
	programs = []string{"./functions/local/server", "./functions/demo"}
)

// secretTexts says what each secret holds.
var secretTexts = map[string]string{
	"ocim-jwt-private":      "Ed25519 private keys in PEM. Access tokens are signed with the first one.",
	"ocim-jwt-public":       "The public keys of `ocim-jwt-private` in PEM, with which access tokens are checked.",
	"ocim-seal-keys":        "Keys that stored credentials are encrypted with, one `<id>:<base64 of 32 bytes>` a line. The first one encrypts, all of them decrypt.",
	"ocim-smtp-password":    "Optional: the password of the mail server's account (`OCIM_SMTP_USER`).",
	"ocim-google-secret":    "Optional: the client secret of the OIDC provider (`OCIM_GOOGLE_CLIENT_ID`).",
	"ocim-aws-credentials":  "Optional: an AWS shared credentials file, where functions have no AWS role.",
	"ocim-inspector-secret": "The secret with which Ocim calls the inspector of a cluster. Several, one a line, while it is being replaced.",
}

// optionalSecrets are the lists by which stack.yml takes the optional secrets.
var optionalSecrets = map[string]string{
	"OCIM_AUTH_SECRETS":  "ocim-smtp-password, ocim-google-secret, ocim-aws-credentials",
	"OCIM_FLEET_SECRETS": "ocim-aws-credentials",
	"OCIM_SYNC_SECRETS":  "ocim-smtp-password, ocim-aws-credentials",
}

// stackTexts says what the variables mean that stack files read for themselves.
var stackTexts = map[string]string{
	"OCIM_AWS_CREDENTIALS_FILE": "File with AWS credentials, for all functions that use the table: `/var/openfaas/secrets/ocim-aws-credentials` with that secret. They find it as `AWS_SHARED_CREDENTIALS_FILE`.",
	"OCIM_IMAGES":               "Registry and folder of the images. The default names images that can't be pushed.",
	"OCIM_REVISION":             "Commit that images are built from, for their labels and logs.",
	"OCIM_VERSION":              "Tag of the images.",
	"OPENFAAS_URL":              "Address of the gateway that `faas-cli` calls.",
}

// notInStack are variables that a stack file does not pass, with the reason.
var notInStack = map[string]string{
	"OCIM_SECRETS_DIR":       "OpenFaaS decides where secrets are",
	"OCIM_MAIL_OUTBOX":       "functions have no disk of their own",
	"OCIM_GITLAB_ALLOW_HTTP": "credentials would cross a network unencrypted",
}

// stackFiles lists the stack files, from the top of the repository.
var stackFiles = []string{"stack.yml", filepath.Join("functions", "inspector", "deploy", "stack.yml")}

// document returns the text of configuration.md for the repository at root.
func document(root string) (string, error) {
	deployed, err := loadReaders(root, functions...)
	if err != nil {
		return "", err
	}
	local, err := loadReaders(root, programs...)
	if err != nil {
		return "", err
	}
	variables, err := deployed.merge()
	if err != nil {
		return "", err
	}
	localVariables, err := local.merge()
	if err != nil {
		return "", err
	}
	users, err := secretUsers(root)
	if err != nil {
		return "", err
	}
	byDefault, err := stackDefaults(root, deployed)
	if err != nil {
		return "", err
	}

	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Written by "make generate" from the Config types of the functions. Edit those. -->

Ocim reads environment variables whose names start with ` + "`OCIM_`" + `, and secrets from files. A secret is never
read from a variable. A function that finds a setting it cannot use ends at start; its log names the variable.

` + "`stack.yml`" + ` passes each variable of the first table from the environment of ` + "`faas-cli`" + ` to the functions that read it, except:

`)
	for _, name := range slices.Sorted(maps.Keys(notInStack)) {
		fmt.Fprintf(&b, "- %s: %s\n", code(name), notInStack[name])
	}
	b.WriteString(`
## Functions

| Variable | Default | Read by | Meaning |
|---|---|---|---|
`)
	for _, v := range variables {
		value := code(v.byDefault)
		if v.required {
			value = "required"
		}
		if inStack, differs := byDefault[v.name]; differs {
			value = fmt.Sprintf("%s (`stack.yml`: %s)", value, code(inStack))
		}
		row(&b, code(v.name), value, strings.Join(v.readers, ", "), v.description)
	}
	b.WriteString(`
The watchdog and the function also read ` + "`read_timeout`, `write_timeout`, `exec_timeout`, `healthcheck_interval` and (the function only) `max_body`" + `, which
` + "`stack.yml`" + ` sets. [deployment.md](deployment.md) explains them.

## Secrets

A secret is a file in ` + "`OCIM_SECRETS_DIR`" + `. Functions notice within seconds when one is replaced.

| Secret | Functions | Content |
|---|---|---|
`)
	for _, name := range slices.Sorted(maps.Keys(users)) {
		row(&b, code(name), strings.Join(users[name], ", "), secretTexts[name])
	}
	b.WriteString(`
The optional secrets are given to functions by three variables that ` + "`stack.yml`" + ` reads, each a list separated by commas:

| Variable | Functions | Secrets it may list |
|---|---|---|
`)
	lists, err := listUsers(root)
	if err != nil {
		return "", err
	}
	for _, name := range slices.Sorted(maps.Keys(optionalSecrets)) {
		row(&b, code(name), strings.Join(lists[name], ", "), code(strings.ReplaceAll(optionalSecrets[name], ", ", "`, `")))
	}
	own, err := stackVariables(root, variables)
	if err != nil {
		return "", err
	}
	b.WriteString(`
The stack files themselves read these, too:

| Variable | Default | Meaning |
|---|---|---|
`)
	for _, v := range own {
		row(&b, code(v.name), code(v.byDefault), v.description)
	}
	b.WriteString(`
## Programs for one machine

| Variable | Default | Read by | Meaning |
|---|---|---|---|
`)
	for _, v := range localVariables {
		row(&b, code(v.name), code(v.byDefault), strings.Join(v.readers, ", "), v.description)
	}
	return b.String(), nil
}

// row writes one row of a table.
func row(b *strings.Builder, cells ...string) {
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
	}
	fmt.Fprintf(b, "| %s |\n", strings.Join(cells, " | "))
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// everySecret sets the lists of optional secrets to all that they may hold.
func everySecret(name string) string { return optionalSecrets[name] }

// secretUsers returns the functions that each secret of the stack files is given to.
func secretUsers(root string) (map[string][]string, error) {
	users := map[string][]string{}
	for _, file := range stackFiles {
		f, err := stack.Read(filepath.Join(root, file), everySecret)
		if err != nil {
			return nil, err
		}
		for _, function := range slices.Sorted(maps.Keys(f.Functions)) {
			for _, secret := range f.Functions[function].Secrets {
				if secretTexts[secret] == "" {
					return nil, fmt.Errorf("%s gives the secret %s to %s: say in secretTexts what it holds", file, secret, function)
				}
				users[secret] = append(users[secret], function)
			}
		}
	}
	return users, nil
}

// listUsers returns the functions that take each list of optional secrets.
func listUsers(root string) (map[string][]string, error) {
	users := map[string][]string{}
	for name := range optionalSecrets {
		f, err := stack.Read(filepath.Join(root, "stack.yml"), func(asked string) string {
			if asked == name {
				return "ocim-listed"
			}
			return ""
		})
		if err != nil {
			return nil, err
		}
		for _, function := range slices.Sorted(maps.Keys(f.Functions)) {
			if slices.Contains(f.Functions[function].Secrets, "ocim-listed") {
				users[name] = append(users[name], function)
			}
		}
	}
	return users, nil
}

// stackDefaults returns the variables whose default in a stack file differs from that of
// the Config types, with the former.
func stackDefaults(root string, deployed readers) (map[string]string, error) {
	out := map[string]string{}
	for _, file := range stackFiles {
		f, err := stack.Read(filepath.Join(root, file), stack.Unset)
		if err != nil {
			return nil, err
		}
		for name, function := range f.Functions {
			for _, v := range deployed[name] {
				if value, set := function.Environment[v.name]; set && value != v.byDefault {
					out[v.name] = value
				}
			}
		}
	}
	return out, nil
}

var substitution = regexp.MustCompile(`\$\{([A-Z_]+)(:-([^}]*))?\}`)

// stackVariables returns the variables that stack files read and no function does: each
// has a text in stackTexts.
func stackVariables(root string, read []variable) ([]variable, error) {
	found := map[string]variable{}
	for _, file := range stackFiles {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			return nil, err
		}
		for _, m := range substitution.FindAllStringSubmatch(string(text), -1) {
			name := m[1]
			if optionalSecrets[name] != "" || name == "NAME" || slices.ContainsFunc(read, func(v variable) bool { return v.name == name }) {
				continue
			}
			if stackTexts[name] == "" {
				return nil, fmt.Errorf("%s reads %s: say in stackTexts what it means", file, name)
			}
			found[name] = variable{name: name, byDefault: m[3], description: stackTexts[name]}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(stackTexts)) {
		if _, used := found[name]; !used {
			return nil, fmt.Errorf("no stack file reads %s of stackTexts", name)
		}
	}
	return slices.SortedFunc(maps.Values(found), func(a, b variable) int { return strings.Compare(a.name, b.name) }), nil
}
