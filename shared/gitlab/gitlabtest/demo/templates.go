package demo

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"text/template"
)

// secret gives an invented secret, the same each time.
func secret(instance, name string, length int) string {
	sum := sha256.Sum256([]byte("demonstration " + instance + " " + name))
	return (hex.EncodeToString(sum[:]) + hex.EncodeToString(sum[:]))[:length]
}

// privateKey gives lines that look like a private key and are none.
func privateKey(instance string) string {
	var b strings.Builder
	b.WriteString("  -----BEGIN RSA PRIVATE KEY-----\n")
	for i := range 6 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s line %d", instance, i))
		b.WriteString("  " + base64.StdEncoding.EncodeToString(append(sum[:], sum[:16]...)) + "\n")
	}
	return b.String() + "  -----END RSA PRIVATE KEY-----"
}

// release is what a name of a release stands for.
type release struct {
	common string // OPENEDX_COMMON_VERSION
	tutor  int    // major version
}

var releases = map[string]release{
	"redwood": {"open-release/redwood.3", 18},
	"sumac":   {"open-release/sumac.3", 19},
	"teak":    {"release/teak.3", 20},
	"ulmo":    {"release/ulmo.1", 21},
}

var functions = template.FuncMap{
	"secret": secret,
	"key":    privateKey,
	"common": func(r string) string { return releases[r].common },
	"studio": func(host string) string { return "studio." + host },
	"upper":  strings.ToUpper,
}

var configTemplate = template.Must(template.New("config.yml").Funcs(functions).Parse(`
{{- if .Has "comments"}}# {{.Platform}} - changes here go live with the next deployment.
# Secrets were created by Grove; do not rotate them by hand.
{{end -}}
{{- if .Has "notice"}}AN_IMPORTANT_NOTICE: |
  The registrar's certificates link to this site. Do not delete it without asking the registrar.
{{end -}}
LMS_HOST: {{.Host}}
CMS_HOST: {{studio .Host}}
PREVIEW_LMS_HOST: preview.{{.Host}}
MFE_HOST: "apps.{{"{{"}} LMS_HOST {{"}}"}}"
{{- if .Has "discovery"}}
DISCOVERY_HOST: discovery.{{.Host}}{{end}}
{{- if .Has "ecommerce"}}
ECOMMERCE_HOST: ecommerce.{{.Host}}{{end}}
{{- if .Has "notes"}}
NOTES_HOST: notes.{{.Host}}{{end}}
PLATFORM_NAME: "{{.Platform}}"
CONTACT_EMAIL: support@{{.Host}}
{{- if .Has "lang-fi"}}
LANGUAGE_CODE: fi{{else if .Has "lang-es"}}
LANGUAGE_CODE: es-419{{else if .Has "lang-fr"}}
LANGUAGE_CODE: fr{{else}}
LANGUAGE_CODE: en{{end}}
ENABLE_HTTPS: true
ENABLE_WEB_PROXY: false
ID: {{secret .Name "ID" 12}}
K8S_NAMESPACE: {{.Name}}
OPENEDX_COMMON_VERSION: {{common .Release}}
{{- if .Has "fork"}}
# A fork: see the branch's own notes before upgrading.
EDX_PLATFORM_REPOSITORY: https://git.example.org/{{.Name}}/edx-platform.git
EDX_PLATFORM_VERSION: {{.Name}}/{{.Release}}{{else}}
EDX_PLATFORM_REPOSITORY: https://github.com/openedx/edx-platform.git
EDX_PLATFORM_VERSION: {{common .Release}}{{end}}
PLUGINS:
  - grove
  - mfe
{{- if .Has "discovery"}}
  - discovery{{end}}
{{- if .Has "ecommerce"}}
  - ecommerce{{end}}
{{- if .Has "forum"}}
  - forum{{end}}
{{- if .Has "notes"}}
  - notes{{end}}
{{- if .Has "xqueue"}}
  - xqueue{{end}}
{{- if .Has "credentials"}}
  - credentials{{end}}
{{- if .Has "aspects"}}
  - aspects{{end}}
MYSQL_HOST: mysql.{{.Cluster}}.internal
MYSQL_ROOT_USERNAME: root
MYSQL_ROOT_PASSWORD: {{secret .Name "MYSQL_ROOT_PASSWORD" 24}}
OPENEDX_MYSQL_DATABASE: {{.Name}}-openedx
OPENEDX_MYSQL_PASSWORD: {{secret .Name "OPENEDX_MYSQL_PASSWORD" 24}}
MONGODB_HOST: mongodb.{{.Cluster}}.internal
MONGODB_PASSWORD: {{secret .Name "MONGODB_PASSWORD" 24}}
OPENEDX_SECRET_KEY: {{secret .Name "OPENEDX_SECRET_KEY" 32}}
CMS_OAUTH2_SECRET: {{secret .Name "CMS_OAUTH2_SECRET" 24}}
JWT_COMMON_SECRET_KEY: {{secret .Name "JWT_COMMON" 32}}
JWT_RSA_PRIVATE_KEY: |
{{key .Name}}
SMTP_HOST: smtp.{{.Domain}}
SMTP_PORT: 587
SMTP_USERNAME: {{.Name}}
SMTP_PASSWORD: {{secret .Name "SMTP_PASSWORD" 20}}
OPENEDX_AWS_ACCESS_KEY: AKIADEMO{{upper (secret .Name "AWS" 12)}}
OPENEDX_AWS_SECRET_ACCESS_KEY: {{secret .Name "AWS_SECRET" 40}}
S3_STORAGE_BUCKET: {{.Cluster}}-{{.Name}}
SITE_CONFIG:
  PLATFORM_NAME: "{{.Platform}}"
  ENABLE_COURSE_DISCOVERY: {{.Has "discovery"}}
  COURSE_CATALOG_VISIBILITY_PERMISSION: see_in_catalog
{{- if .Has "lms-env"}}
GROVE_LMS_ENV: |
  "SESSION_COOKIE_AGE": 28800
GROVE_LMS_ENV_FEATURES: |
  "ENABLE_COMBINED_LOGIN_REGISTRATION": true
  "RESTRICT_ENROLL_BY_REG_METHOD": true{{end}}
{{- if .Has "saml"}}
GROVE_COMMON_ENV_FEATURES: |
  "ENABLE_THIRD_PARTY_AUTH": true
GROVE_COMMON_SETTINGS: |
  THIRD_PARTY_AUTH_BACKENDS = ["common.djangoapps.third_party_auth.saml.SAMLAuthBackend"]
  SOCIAL_AUTH_SAML_SP_PRIVATE_KEY = "{{secret .Name "SAML" 48}}"
GROVE_OPENEDX_AUTH: |
  "SOCIAL_AUTH_OAUTH_SECRETS": {"keycloak": "{{secret .Name "KEYCLOAK" 32}}"}{{end}}
{{- if .Has "cron"}}
GROVE_CRON_JOBS:
  - name: clear-sessions
    schedule: "15 3 * * *"
    script: |
      ./manage.py lms clearsessions
      curl --fail -X POST "https://status.{{.Domain}}/api/ping?token={{secret .Name "PING" 24}}"{{end}}
{{- if .Has "mfe"}}
GROVE_NEW_MFES:
  catalog:
    repository: https://git.example.org/mfe/frontend-app-catalog
    version: main
    port: 2010
GROVE_WAFFLE_FLAGS:
  - name: catalog.enable_new_catalog
    everyone: true{{end}}
{{- if .Has "aspects"}}
ASPECTS_CLICKHOUSE: https://ch_report:{{secret .Name "CLICKHOUSE" 20}}@clickhouse.{{.Cluster}}.internal:8443/reporting{{end}}
{{- if .Has "refused"}}
TERM_STARTS: 2026-02-30{{end}}
{{- if .Has "domains"}}
GROVE_ADDITIONAL_DOMAINS:
  - domain: www.{{.Host}}
    proxy: "lms:8000"{{end}}
{{- if .Has "workers"}}
OPENEDX_LMS_UWSGI_WORKERS: 4
GROVE_LMS_MAX_REPLICAS: 10{{end}}
{{- if .Has "debug"}}
GROVE_ENABLE_SHARED_ELASTICSEARCH: true
GROVE_DEBUG: true{{end}}
`))

var groveTemplate = template.Must(template.New("grove.yml").Funcs(functions).Parse(`
{{- if .Has "theme" -}}
COMPREHENSIVE_THEME_NAME: {{.Name}}-theme
COMPREHENSIVE_THEME_SOURCE_REPO: https://git.example.org/themes/{{.Name}}.git
COMPREHENSIVE_THEME_VERSION: {{.Release}}
SIMPLE_THEME_SCSS_OVERRIDES:
  primary: "#{{secret .Name "primary" 6}}"
  link-color: "#{{secret .Name "link" 6}}"
SIMPLE_THEME_EXTRA_SCSS: |
  .global-header { border-bottom: 3px solid $primary; }
SIMPLE_THEME_STATIC_FILES_URLS:
  logo.png: https://static.{{.Domain}}/{{.Name}}/logo.png
  favicon.ico: https://static.{{.Domain}}/{{.Name}}/favicon.ico
{{else -}}
# No theme: the stock look of Open edX.
SIMPLE_THEME_EXTRA_SCSS: ""
{{end -}}
IMAGE_BUILD_CONFIG:
  openedx:
    DOCKER_IMAGE_VAR: TUTOR_DOCKER_IMAGE_OPENEDX
    DOCKER_BUILD_ARGS: ["--cache-from", "registry.{{.Domain}}/{{.Name}}/openedx:latest"]
  mfe:
    DOCKER_IMAGE_VAR: TUTOR_MFE_DOCKER_IMAGE
{{- if .Has "fork"}}
PR_WATCHER:
  repository: {{.Name}}/edx-platform
  branch: {{.Name}}/{{.Release}}{{end}}
`))

// page is what the templates see.
type page struct {
	instance
	Cluster, Domain string
}

func (p page) Has(trait string) bool { return p.has(trait) }
func (p page) Name() string          { return p.name }
func (p page) Platform() string      { return p.platform }
func (p page) Host() string          { return p.domain }
func (p page) Release() string       { return p.release }

// folder gives the files of an instance.
func (i instance) folder(c Cluster) map[string]string {
	p := page{instance: i, Cluster: c.Name, Domain: c.Domain}
	base := "instances/" + i.name + "/"
	out := map[string]string{base + "requirements.txt": i.requirements()}
	for name, t := range map[string]*template.Template{"config.yml": configTemplate, "grove.yml": groveTemplate} {
		var b strings.Builder
		if err := t.Execute(&b, p); err != nil {
			panic(fmt.Sprintf("demo: %v", err)) // the templates are constants
		}
		out[base+name] = b.String()
		if i.has("windows") {
			out[base+name] = strings.ReplaceAll(b.String(), "\n", "\r\n")
		}
	}
	return out
}

func (i instance) requirements() string {
	v := releases[i.release].tutor
	out := fmt.Sprintf("tutor>=%d,<%d\ntutor-mfe>=%d,<%d\n", v, v+1, v, v+1)
	for _, pkg := range []string{"forum", "discovery", "ecommerce", "notes", "xqueue", "credentials"} {
		if i.has(pkg) {
			out += fmt.Sprintf("tutor-%s>=%d,<%d\n", pkg, v, v+1)
		}
	}
	if i.has("aspects") {
		out += "tutor-contrib-aspects>=2,<3\n"
	}
	return out + "git+https://gitlab.com/opencraft/dev/tutor-contrib-grove.git@main\n"
}
