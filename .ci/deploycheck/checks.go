package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/ci/stack"
	"github.com/open-craft/ocim/shared/installation"
)

// state is the result of a check.
type state string

const (
	fine      state = "ok"
	lacking   state = "MISSING"
	note      state = "note"
	unchecked state = "skipped"
)

// finding is one line of the report: what was checked, the result, and what to do.
type finding struct {
	state   state
	subject string
	text    string
}

// checker runs the checks. Its functions are what tests replace.
type checker struct {
	file    stack.File
	lookup  func(name string) string
	http    *http.Client
	logins  string // file in which faas-cli keeps its log-ins
	kubectl func(ctx context.Context, arguments ...string) ([]byte, error)
	table   func(ctx context.Context, table, region, endpoint string) error
}

func (c checker) run(ctx context.Context) []finding {
	return slices.Concat(c.variables(), c.optional(ctx), c.gateway(ctx), c.askTable(ctx), c.cluster(ctx), c.pages(ctx))
}

// variables checks what can be seen from the environment alone.
func (c checker) variables() []finding {
	var out []finding
	add := func(s state, subject, format string, arguments ...any) {
		out = append(out, finding{s, subject, fmt.Sprintf(format, arguments...)})
	}
	if c.lookup("OCIM_IMAGES") == "" || c.lookup("OCIM_VERSION") == "" {
		add(lacking, "images", "set OCIM_IMAGES to your registry and folder, and OCIM_VERSION to the tag")
	} else {
		add(fine, "images", "%s/ocim-*:%s", c.lookup("OCIM_IMAGES"), c.lookup("OCIM_VERSION"))
	}
	env := c.file.Functions["auth"].Environment
	out = append(out, found(installation.Address(env["OCIM_PUBLIC_URL"])))
	hops, err := strconv.Atoi(env["OCIM_TRUSTED_HOPS"])
	if err != nil {
		add(lacking, "proxies", "OCIM_TRUSTED_HOPS is %q, which is not a number", env["OCIM_TRUSTED_HOPS"])
		return out
	}
	return append(out, found(installation.Proxies(hops, strings.Split(env["OCIM_TRUSTED_PROXIES"], ","))))
}

// found is a check that the Installation page makes, too, as a line of the report.
func found(c installation.Result) finding {
	states := map[installation.State]state{installation.OK: fine, installation.Missing: lacking, installation.Note: note, installation.Unknown: unchecked}
	return finding{states[c.State], c.Name, c.Text}
}

// awsSecret is the secret with a shared credentials file for AWS.
const awsSecret = "ocim-aws-credentials"

// optional checks the settings of mail, of sign-in and of AWS against their secrets.
func (c checker) optional(ctx context.Context) []finding {
	auth := c.file.Functions["auth"]
	env := auth.Environment
	port, _ := strconv.Atoi(env["OCIM_SMTP_PORT"])
	settings := installation.Mail{Host: env["OCIM_SMTP_HOST"], Port: port, From: env["OCIM_MAIL_FROM"]}
	out := []finding{found(settings.Check(ctx, new(net.Dialer).DialContext))}
	for _, needed := range []struct{ setting, secret, function, list string }{
		{"OCIM_SMTP_USER", "ocim-smtp-password", "auth", "OCIM_AUTH_SECRETS"},
		{"OCIM_SMTP_USER", "ocim-smtp-password", "sync", "OCIM_SYNC_SECRETS"},
		{"OCIM_GOOGLE_CLIENT_ID", "ocim-google-secret", "auth", "OCIM_AUTH_SECRETS"},
		{"OCIM_AWS_CREDENTIALS_FILE", awsSecret, "auth", "OCIM_AUTH_SECRETS"},
		{"OCIM_AWS_CREDENTIALS_FILE", awsSecret, "clusters", "OCIM_FLEET_SECRETS"}, // and the others that take this list
		{"OCIM_AWS_CREDENTIALS_FILE", awsSecret, "sync", "OCIM_SYNC_SECRETS"},
	} {
		if c.lookup(needed.setting) != "" && !slices.Contains(c.file.Functions[needed.function].Secrets, needed.secret) {
			out = append(out, finding{lacking, "secrets", fmt.Sprintf("%s is set, so %s needs %s: add it to %s", needed.setting, needed.function, needed.secret, needed.list)})
		}
	}
	return out
}

// gateway asks OpenFaaS for the secrets that the stack file names.
func (c checker) gateway(ctx context.Context) []finding {
	address := strings.TrimRight(c.file.Provider.Gateway, "/")
	login, err := c.login(address)
	if err != nil {
		return []finding{{lacking, "gateway", err.Error()}}
	}
	var secrets []struct {
		Name string `json:"name"`
	}
	if err := c.get(ctx, address+"/system/secrets", login, &secrets); err != nil {
		return []finding{{lacking, "gateway", err.Error()}}
	}
	there := map[string]bool{}
	for _, s := range secrets {
		there[s.Name] = true
	}
	needed := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(c.file.Functions)) {
		for _, secret := range c.file.Functions[name].Secrets {
			needed[secret] = append(needed[secret], name)
		}
	}
	out := []finding{{fine, "gateway", address + " answers"}}
	for _, name := range slices.Sorted(maps.Keys(needed)) {
		f := finding{fine, "secrets", name}
		if !there[name] {
			f = finding{lacking, "secrets", fmt.Sprintf("%s, for %s: faas-cli secret create %s --from-file FILE", name, strings.Join(needed[name], ", "), name)}
		}
		out = append(out, f)
	}
	return out
}

// login returns the token of faas-cli's log-in at a gateway.
func (c checker) login(address string) (string, error) {
	again := fmt.Errorf("not logged in at %s: faas-cli login --gateway %s", address, address)
	text, err := os.ReadFile(c.logins)
	if err != nil {
		return "", again
	}
	var config struct {
		Auths []struct {
			Gateway string `yaml:"gateway"`
			Auth    string `yaml:"auth"`
			Token   string `yaml:"token"`
		} `yaml:"auths"`
	}
	if err := yaml.Unmarshal(text, &config); err != nil {
		return "", fmt.Errorf("read %s: %w", c.logins, err)
	}
	for _, a := range config.Auths {
		if strings.TrimRight(a.Gateway, "/") == address && a.Token != "" {
			if a.Auth == "oauth2" {
				return "Bearer " + a.Token, nil
			}
			return "Basic " + a.Token, nil
		}
	}
	return "", again
}

func (c checker) get(ctx context.Context, address, authorization string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode == http.StatusUnauthorized:
		return fmt.Errorf("%s refuses the log-in: faas-cli login", address)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s answers %s", address, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("%s does not answer as expected: %w", address, err)
	}
	return nil
}

// askTable reads from the table, with the credentials of the person who checks.
func (c checker) askTable(ctx context.Context) []finding {
	env := c.file.Functions["auth"].Environment
	table, region, endpoint := env["OCIM_TABLE"], env["OCIM_DYNAMODB_REGION"], env["OCIM_DYNAMODB_URL"]
	if region == "" && endpoint == "" {
		return []finding{{lacking, "table", "set OCIM_DYNAMODB_REGION"}}
	}
	if err := c.table(ctx, table, region, endpoint); err != nil {
		return []finding{{note, "table", fmt.Sprintf("%s cannot be read with your own credentials (%v); the functions use theirs", table, err)}}
	}
	return []finding{{fine, "table", table + " can be read"}}
}

// cluster reads the gateway's time-outs, and whether cron-connector runs.
func (c checker) cluster(ctx context.Context) []finding {
	longest := time.Duration(0)
	for _, f := range c.file.Functions {
		if d, err := time.ParseDuration(f.Environment["exec_timeout"]); err == nil {
			longest = max(longest, d)
		}
	}
	text, err := c.kubectl(ctx, "get", "deployment", "gateway", "--namespace", "openfaas", "--output", "json")
	if err != nil {
		return []finding{{unchecked, "time-outs", "kubectl cannot read the deployment gateway in the namespace openfaas"}}
	}
	var deployment struct {
		Spec struct {
			Template struct {
				Spec struct {
					Containers []struct {
						Env []struct{ Name, Value string }
					}
				}
			}
		}
	}
	if err := json.Unmarshal(text, &deployment); err != nil {
		return []finding{{unchecked, "time-outs", err.Error()}}
	}
	var out []finding
	for _, container := range deployment.Spec.Template.Spec.Containers {
		for _, e := range container.Env {
			if !slices.Contains([]string{"read_timeout", "write_timeout", "upstream_timeout"}, e.Name) {
				continue
			}
			f := finding{fine, "time-outs", fmt.Sprintf("the gateway's %s is %s", e.Name, e.Value)}
			if d, err := time.ParseDuration(e.Value); err != nil || d <= longest {
				f.state, f.text = lacking, f.text+fmt.Sprintf(", and must be more than %s", longest)
			}
			out = append(out, f)
		}
	}
	if _, err := c.kubectl(ctx, "get", "deployment", "cron-connector", "--namespace", "openfaas"); err != nil {
		out = append(out, finding{lacking, "schedule", "there is no deployment cron-connector in the namespace openfaas: sync would never run"})
	} else {
		out = append(out, finding{fine, "schedule", "cron-connector is there"})
	}
	return out
}

// pages asks the public address, which answers only after the first deployment.
func (c checker) pages(ctx context.Context) []finding {
	address := strings.TrimRight(c.file.Functions["auth"].Environment["OCIM_PUBLIC_URL"], "/") + "/function/auth/v1/state"
	var answer struct {
		SetUp *bool `json:"setUp"`
	}
	if err := c.get(ctx, address, "", &answer); err != nil || answer.SetUp == nil {
		return []finding{{note, "pages", fmt.Sprintf("%s does not answer yet (%v); it does once Ocim is deployed and the Ingress leads to it", address, err)}}
	}
	return []finding{{fine, "pages", address + " answers"}}
}
