package openedx_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/openedx"
)

func TestReleaseFrom(t *testing.T) {
	for name, tt := range map[string]struct {
		clues        openedx.Clues
		want, source string
	}{
		"open-release":           {openedx.Clues{CommonVersion: "open-release/sumac.3"}, "sumac.3", "OPENEDX_COMMON_VERSION"},
		"release":                {openedx.Clues{CommonVersion: "release/teak.2"}, "teak.2", "OPENEDX_COMMON_VERSION"},
		"without a number":       {openedx.Clues{CommonVersion: "release/ulmo"}, "ulmo", "OPENEDX_COMMON_VERSION"},
		"the next name":          {openedx.Clues{CommonVersion: "release/verawood"}, "verawood", "OPENEDX_COMMON_VERSION"},
		"an unknown name":        {openedx.Clues{CommonVersion: "release/wattle.1"}, "wattle.1", "OPENEDX_COMMON_VERSION"},
		"a tag":                  {openedx.Clues{CommonVersion: "refs/tags/open-release/palm.4"}, "palm.4", "OPENEDX_COMMON_VERSION"},
		"master":                 {openedx.Clues{CommonVersion: "master"}, "master", "OPENEDX_COMMON_VERSION"},
		"a fork's branch":        {openedx.Clues{CommonVersion: "{{ X }}", PlatformVersion: "opencraft-release/quince.2"}, "quince.2", "EDX_PLATFORM_VERSION"},
		"platform release":       {openedx.Clues{PlatformVersion: "release/ulmo"}, "ulmo", "EDX_PLATFORM_VERSION"},
		"platform main":          {openedx.Clues{PlatformVersion: "main"}, "main", "EDX_PLATFORM_VERSION"},
		"platform's own branch":  {openedx.Clues{PlatformVersion: "acme/fixes", Requirements: "tutor==20.0.1\n"}, "teak", "requirements.txt"},
		"exact":                  {openedx.Clues{Requirements: "tutor==20.0.1\n"}, "teak", "requirements.txt"},
		"extras and range":       {openedx.Clues{Requirements: "# x\ntutor[full]>=19,<20\n"}, "sumac", "requirements.txt"},
		"compatible":             {openedx.Clues{Requirements: "tutor ~= 18.1\r\n"}, "redwood", "requirements.txt"},
		"before 13":              {openedx.Clues{Requirements: "tutor-openedx==12.2.0\n"}, "lilac", "requirements.txt"},
		"wildcard":               {openedx.Clues{Requirements: "tutor==21.*\n"}, "ulmo", "requirements.txt"},
		"git branch":             {openedx.Clues{Requirements: "git+https://github.com/overhangio/tutor.git@ulmo\n"}, "ulmo", "requirements.txt"},
		"git release branch":     {openedx.Clues{Requirements: "git+https://github.com/overhangio/tutor.git@release/teak\n"}, "teak", "requirements.txt"},
		"git main":               {openedx.Clues{Requirements: "git+https://github.com/overhangio/tutor.git@main\n"}, "master", "requirements.txt"},
		"git tag":                {openedx.Clues{Requirements: "tutor @ git+https://github.com/overhangio/tutor@v21.0.8\n"}, "ulmo", "requirements.txt"},
		"git commit":             {openedx.Clues{Requirements: "git+https://github.com/overhangio/tutor.git@f9c2a391\n"}, "", ""},
		"a plugin is not Tutor":  {openedx.Clues{Requirements: "tutor-mfe==20.0.0\ngit+https://x/tutor-mfe.git@ulmo\n"}, "", ""},
		"a comment is not Tutor": {openedx.Clues{Requirements: "# tutor==14.0.0\n# git+https://x/tutor.git@v14.0.0\n"}, "", ""},
		"newer than the table":   {openedx.Clues{Requirements: "tutor==31.0.0\n"}, "tutor 31.0.0", "requirements.txt"},
		"TUTOR_VERSION":          {openedx.Clues{TutorVersion: "16.1.8"}, "palm", "TUTOR_VERSION"},
		"image":                  {openedx.Clues{PlatformImage: "registry.example.org:5000/a/openedx:17.0.0"}, "quince", "DOCKER_IMAGE_OPENEDX"},
		"image with suffix":      {openedx.Clues{PlatformImage: "a/openedx:20.0.1-indigo"}, "teak", "DOCKER_IMAGE_OPENEDX"},
		"image named":            {openedx.Clues{PlatformImage: "a/openedx:teak.2@sha256:00"}, "teak.2", "DOCKER_IMAGE_OPENEDX"},
		"image of a branch":      {openedx.Clues{PlatformImage: "a/openedx:latest"}, "", ""},
		"image template":         {openedx.Clues{PlatformImage: "{{ DOCKER_REGISTRY }}overhangio/openedx:{{ TUTOR_VERSION }}"}, "", ""},
		"nothing":                {openedx.Clues{}, "", ""},
	} {
		got, source := openedx.ReleaseFrom(tt.clues)
		assert.Equal(t, tt.want, got, name)
		assert.Equal(t, tt.source, source, name)
	}
}

func TestTutorMajor(t *testing.T) {
	for version, want := range map[string]int{"20.0.1": 20, "v14": 14, "teak.2": 20, "release/ulmo": 21, "sumac": 19, "": 0, "main": 0, "wattle": 0, "21.*": 21} {
		assert.Equal(t, want, openedx.TutorMajor(version), version)
	}
}

func TestTables_RowsHaveSources(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range openedx.Releases() {
		assert.NotEmpty(t, r.Source, r.Name)
		assert.Contains(t, []string{"open-release", "release"}, r.Prefix)
		assert.Equal(t, r.Tutor >= 20, r.Prefix == "release", "the form changed with teak")
		assert.False(t, seen[r.Name])
		seen[r.Name] = true
	}
	types := []string{"text", "host", "email", "version", "bool", "int", "list", "map", "patch", "any"}
	effects := map[string]bool{}
	for _, kind := range fleet.OperationKinds() {
		for _, e := range openedx.Effects(kind, nil, 0) {
			assert.NotEmpty(t, e.Text)
		}
	}
	rows := map[string]bool{}
	for _, k := range openedx.Keys() {
		id := k.File + " " + k.Key + " " + k.Tutor
		assert.False(t, rows[id], "twice: %s", id)
		rows[id] = true
		assert.NotEmpty(t, k.Source, k.Key)
		assert.NotEmpty(t, k.Doc, k.Key)
		assert.Contains(t, types, k.Type, k.Key)
		for _, e := range k.Effects {
			effects[e] = true
			got := openedx.Effects(fleet.Update, []fleet.FileChange{{Path: "instances/a/" + k.File, Keys: []string{strings.ReplaceAll(k.Key, "*", "X")}}}, 0)
			assert.NotEmpty(t, got, k.Key)
		}
	}
	for e := range effects {
		assert.True(t, slices.ContainsFunc(openedx.Effects(fleet.Update, []fleet.FileChange{allKeys()}, 0), func(x openedx.Effect) bool { return x.Effect == e }) ||
			e == "imageRebuild", "the effect %s of keys.yml is in effects.yml", e)
	}
}

func allKeys() fleet.FileChange {
	out := fleet.FileChange{Path: "instances/a/config.yml"}
	for _, k := range openedx.Keys() {
		out.Keys = append(out.Keys, k.Key)
	}
	return out
}

// TestEffects_OfKeys has every row of the design's table.
func TestEffects_OfKeys(t *testing.T) {
	for keys, want := range map[string]string{
		"EDX_PLATFORM_REPOSITORY EDX_PLATFORM_VERSION OPENEDX_EXTRA_PIP_REQUIREMENTS OPENEDX_COMMON_VERSION PLUGINS DISCOVERY_REPOSITORY_VERSION":               "imageRebuild migrations restart",
		"NPM_REGISTRY ATLAS_REVISION ATLAS_OPTIONS MOUNTS MFE_COMMON_VERSION MFE_CADDY_DOCKER_IMAGE MFE_DOCKER_IMAGE":                                           "imageRebuild restart",
		"INDIGO_PRIMARY_COLOR NOTES_REPOSITORY CREDENTIALS_EXTRA_PIP_REQUIREMENTS GROVE_SIMPLE_THEME_SCSS_OVERRIDES GROVE_THEMES PICASSO_THEMES GROVE_NEW_MFES": "imageRebuild restart",
		"LANGUAGE_CODE GROVE_MFE_LMS_COMMON_SETTINGS DOCKER_IMAGE_REDIS DOCKER_IMAGE_CADDY DOCKER_IMAGE_MEILISEARCH DOCKER_IMAGE_SMTP DOCKER_IMAGE_PERMISSIONS": "restart",
		"SMTP_HOST CONTACT_EMAIL GROVE_COMMON_SETTINGS MONGODB_AUTH_SOURCE UNHEARD_OF":                                                                          "restart",
		"MFE_HOST DISCOVERY_HOST NOTES_HOST PREVIEW_LMS_HOST":                                                                                                   "address restart",
		"LMS_HOST CMS_HOST ENABLE_HTTPS":                       "address initJobs restart",
		"DOCKER_IMAGE_MYSQL DOCKER_IMAGE_MONGODB":              "databaseVersion restart",
		"RUN_REDIS RUN_SMTP RUN_MEILISEARCH RUN_ELASTICSEARCH": "leavesData restart",
		"RUN_MYSQL RUN_MONGODB":                                "leavesData migrations restart",
		"DISCOVERY_MYSQL_DATABASE ECOMMERCE_MYSQL_DATABASE CREDENTIALS_MYSQL_DATABASE NOTES_MYSQL_DATABASE XQUEUE_MYSQL_DATABASE MEILISEARCH_URL MEILISEARCH_INDEX_PREFIX": "leavesData restart",
		"ELASTICSEARCH_HOST S3_PROFILE_IMAGE_BUCKET S3_STORAGE_BUCKET STORAGE_BUCKET_NAME REDIS_HOST OPENEDX_CACHE_REDIS_DB OPENEDX_CELERY_REDIS_DB ID K8S_NAMESPACE":      "leavesData restart",
		"OPENEDX_SECRET_KEY JWT_RSA_PRIVATE_KEY JWT_COMMON_ISSUER JWT_COMMON_SECRET_KEY":                                                                                   "signsOut restart",
		"OPENEDX_MYSQL_PASSWORD MEILISEARCH_MASTER_KEY MEILISEARCH_API_KEY MEILISEARCH_API_KEY_UID":                                                                        "brokenUntilInit restart",
		"CMS_OAUTH2_SECRET CMS_OAUTH2_KEY_SSO": "brokenUntilInit initJobs restart",
		"GROVE_WAFFLE_FLAGS":                   "initJobs restart",
	} {
		for _, key := range strings.Fields(keys) {
			var got []string
			for _, e := range openedx.Effects(fleet.Update, []fleet.FileChange{{Path: "instances/a/config.yml", Keys: []string{key}}}, 20) {
				got = append(got, e.Effect)
			}
			assert.Equal(t, want, strings.Join(got, " "), key)
		}
	}
}

func TestEffects_DependOnTutor(t *testing.T) {
	effects := func(key string, tutor int) (out []string) {
		for _, e := range openedx.Effects(fleet.Update, []fleet.FileChange{{Path: "config.yml", Keys: []string{key}}}, tutor) {
			out = append(out, e.Effect)
		}
		return out
	}
	assert.Contains(t, effects("MFE_HOST", 14), "imageRebuild", "up to 14 the image contains the hosts")
	assert.NotContains(t, effects("MFE_HOST", 15), "imageRebuild")
	assert.NotContains(t, effects("MFE_HOST", 0), "imageRebuild", "an unknown version is the newest")
	assert.Contains(t, effects("PLATFORM_NAME", 14), "imageRebuild")
	assert.Equal(t, []string{"restart"}, effects("PLATFORM_NAME", 21))
}

// TestKeysOf finds in each version's list what LookupKey finds.
func TestKeysOf(t *testing.T) {
	for tutor := range 24 {
		rows := openedx.KeysOf(tutor)
		for _, key := range append(openedx.Keys(), openedx.Key{Key: "SOME_MYSQL_DATABASE", File: "config.yml"}, openedx.Key{Key: "SIMPLE_THEME_X", File: "grove.yml"}) {
			name := strings.ReplaceAll(key.Key, "*", "X")
			want, known := openedx.LookupKey(key.File, name, tutor)
			at := slices.IndexFunc(rows, func(row openedx.Key) bool {
				fits, err := path.Match(row.Key, name)
				require.NoError(t, err)
				return fits && row.File == key.File
			})
			if assert.Equal(t, known, at >= 0, "%s with Tutor %d", name, tutor) && known {
				assert.Equal(t, want, rows[at], "%s with Tutor %d", name, tutor)
			}
		}
	}
}

func TestEffects_SayWhy(t *testing.T) {
	got := openedx.Effects(fleet.Update, []fleet.FileChange{
		{Path: "instances/a/grove.yml", Keys: []string{"SIMPLE_THEME_SCSS_OVERRIDES"}},
		{Path: "instances/a/requirements.txt"},
		{Path: "instances/a/config.yml", Keys: []string{"OPENEDX_SECRET_KEY", "K8S_NAMESPACE"}},
	}, 20)
	byName := map[string]openedx.Effect{}
	for _, e := range got {
		byName[e.Effect] = e
	}
	assert.Equal(t, "leavesData", got[0].Effect, "the costliest comes first")
	assert.Equal(t, []string{"SIMPLE_THEME_SCSS_OVERRIDES", "requirements.txt"}, byName["imageRebuild"].Because)
	assert.Equal(t, []string{"requirements.txt"}, byName["migrations"].Because)
	assert.Equal(t, map[string]string{"OPENEDX_SECRET_KEY": "Django signs sessions and links with it"}, byName["signsOut"].Reasons)
}

// TestSecretKeys_Judge has every key of the design, and more of their kinds, each way.
func TestSecretKeys_Judge(t *testing.T) {
	rules := openedx.NewSecretKeys(fleet.SecretRules{})
	harmless := strings.Fields(`GROVE_NEW_MFES authoring AUTHN_MICROFRONTEND_URL CREDENTIALS_HOST CREDENTIALS_DOCKER_IMAGE CREDENTIALS_MYSQL_DATABASE
		CREDENTIALS_MYSQL_USERNAME CREDENTIALS_REPOSITORY CREDENTIALS_REPOSITORY_VERSION CREDENTIALS_THEME_NAME CREDENTIALS_EXTRA_PIP_REQUIREMENTS
		KEYCLOAK_HOST KEYCLOAK_REALM MONGODB_AUTH_SOURCE MONGODB_AUTH_MECHANISM THIRD_PARTY_AUTH_BACKENDS OAUTH_OIDC_ISSUER KEY_PREFIX
		ACE_ROUTING_KEY PASSWORD_RESET_SUPPORT_LINK MEILISEARCH_API_KEY_UID TLS_PRIVATE_KEY_PATH secretName author AUTHORS authored keyboard monkey KEYWORDS
		JWT_COMMON_ISSUER JWT_COMMON_AUDIENCE JWT_ALGORITHM JWT_EXPIRATION JWT_AUTH_HEADER_PREFIX SESSION_COOKIE_DOMAIN SESSION_COOKIE_NAME SESSION_COOKIE_SECURE SESSION_COOKIE_SAMESITE
		SESSION_COOKIE_AGE CSRF_COOKIE_SECURE LANGUAGE_COOKIE_NAME S3_SIGNATURE_VERSION PASSWORD_MIN_LENGTH AUTH_PASSWORD_VALIDATORS PASSWORD_RESET_TIMEOUT
		XQUEUE_AUTH_USERNAME CMS_OAUTH2_KEY_SSO DISCOVERY_OAUTH2_KEY DISCOVERY_OAUTH2_KEY_SSO_DEV STRIPE_PUBLISHABLE_KEY RECAPTCHA_SITE_KEY JWT_PUBLIC_SIGNING_JWK_SET
		PUBLIC_KEY LMS_HOST PLATFORM_NAME SMTP_PORT SMTP_USERNAME PLUGINS GROVE_CRON_JOBS BYPASS_CACHE PASSING_GRADE COMPASS OPINION PINNED SALTED TOKENIZER ENABLE_AUTHORING
		AUTHENTICATION_BACKENDS PASSWORD_POLICY TOKEN_URL ACCESS_TOKEN_URL AUTH_URL OAUTH2_PROVIDER_URL SECRETS_DIR ENABLE_HTTPS ID MONGODB_USERNAME PRIVATE_IMAGE KEYSTORE_PATH`)
	for _, key := range harmless {
		assert.False(t, rules.Judge(key).Secret(), key)
	}
	secret := strings.Fields(`MYSQL_ROOT_PASSWORD OPENEDX_MYSQL_PASSWORD OPENEDX_SECRET_KEY api_token apiKey PRIVATE AWS_CREDENTIALS SOCIAL_AUTH_X SENTRY_DSN keys
		DB_PASS pass PASSWD UNIX_PASSWD SSH_PASSPHRASE passphrase DB_PWD Pwd PASSWORD_SALT SALT BEARER BEARER_TOKEN JWT JWT_SECRET ADMIN_JWT COOKIE SESSION_COOKIE SIGNATURE
		WEBHOOK_SIGNATURE HTPASSWD ADMIN_HTPASSWD PIN CARD_PIN RECOVERY_CODES recoveryCodes CMS_OAUTH2_SECRET CMS_OAUTH2_SECRET_SSO MEILISEARCH_MASTER_KEY MEILISEARCH_API_KEY JWT_RSA_PRIVATE_KEY
		JWT_COMMON_SECRET_KEY OPENEDX_AWS_ACCESS_KEY OPENEDX_AWS_SECRET_ACCESS_KEY AWS_ACCESS_KEY_ID DRYDOCK_REGISTRY_CREDENTIALS DRYDOCK_NEWRELIC_LICENSE_KEY
		GROVE_OPENEDX_AUTH SOCIAL_AUTH_OAUTH_SECRETS JWT_PRIVATE_SIGNING_JWK XQUEUE_AUTH_PASSWORD BASIC_AUTH dbpassword DBPASSWORD clientSecret clientsecret authtoken myApiKeyId
		X-API-KEY private_key JWTToken FERNET_KEYS SECRET_KEY_BASE ENCRYPTION_KEY1 PASSWORD2 api.key KUBECONFIG ADMIN_OTP SMTP_PASSWORD`)
	for _, key := range secret {
		assert.True(t, rules.Judge(key).Secret(), key)
	}
	assert.GreaterOrEqual(t, len(harmless), 60)
	assert.GreaterOrEqual(t, len(secret), 60)
}

func TestSecretKeys_AddAndExempt(t *testing.T) {
	rules := openedx.NewSecretKeys(fleet.SecretRules{Mask: []string{"ACME_LICENSE", "LTI_*"}, Show: []string{"theme_token", "*_KEY_LABELS", "LTI_NAME"}})
	for key, want := range map[string]bool{
		"ACME_LICENSE": true, "acme_license": true, "LTI_CONSUMER": true, "LTI_NAME": true, "ACME_LICENSES": false,
		"THEME_TOKEN": false, "API_KEY_LABELS": false, "OTHER_TOKEN": true,
	} {
		assert.Equal(t, want, rules.Judge(key).Secret(), key)
	}
}

func TestSecretKeys_AnyName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.String().Draw(t, "name")
		if !openedx.NewSecretKeys(fleet.SecretRules{}).Judge(name + "_PASSWORD").Secret() {
			t.Fatalf("%q_PASSWORD is shown", name)
		}
	})
}

// defaultsOfTutor21 are the keys of Tutor's defaults.yml and base.yml, version 21.
const defaultsOfTutor21 = `ATLAS_REVISION ATLAS_REPOSITORY ATLAS_OPTIONS CADDY_HTTP_PORT CMS_HOST CMS_OAUTH2_KEY_SSO CMS_OAUTH2_KEY_SSO_DEV CMS_OAUTH2_SECRET
	CONTACT_EMAIL DEV_PROJECT_NAME DOCKER_REGISTRY DOCKER_IMAGE_OPENEDX DOCKER_IMAGE_OPENEDX_DEV DOCKER_IMAGE_CADDY DOCKER_IMAGE_MEILISEARCH DOCKER_IMAGE_MONGODB
	DOCKER_IMAGE_MYSQL DOCKER_IMAGE_PERMISSIONS DOCKER_IMAGE_REDIS DOCKER_IMAGE_SMTP EDX_PLATFORM_REPOSITORY EDX_PLATFORM_VERSION ENABLE_HTTPS ENABLE_WEB_PROXY ID
	JWT_COMMON_AUDIENCE JWT_COMMON_ISSUER JWT_COMMON_SECRET_KEY JWT_RSA_PRIVATE_KEY K8S_NAMESPACE LANGUAGE_CODE LMS_HOST LOCAL_PROJECT_NAME MEILISEARCH_API_KEY
	MEILISEARCH_API_KEY_UID MEILISEARCH_HOST MEILISEARCH_INDEX_PREFIX MEILISEARCH_MASTER_KEY MEILISEARCH_PUBLIC_URL MEILISEARCH_URL MONGODB_AUTH_MECHANISM
	MONGODB_AUTH_SOURCE MONGODB_HOST MONGODB_DATABASE MONGODB_PORT MONGODB_USERNAME MONGODB_PASSWORD MONGODB_REPLICA_SET MONGODB_USE_SSL MOUNTS MYSQL_HOST MYSQL_PORT
	MYSQL_ROOT_PASSWORD MYSQL_ROOT_USERNAME NPM_REGISTRY OPENEDX_AWS_ACCESS_KEY OPENEDX_AWS_SECRET_ACCESS_KEY OPENEDX_CACHE_REDIS_DB OPENEDX_CELERY_REDIS_DB
	OPENEDX_CMS_UWSGI_WORKERS OPENEDX_COMMON_VERSION OPENEDX_EXTRA_PIP_REQUIREMENTS OPENEDX_LMS_UWSGI_WORKERS OPENEDX_MYSQL_DATABASE OPENEDX_MYSQL_PASSWORD
	OPENEDX_MYSQL_USERNAME OPENEDX_SECRET_KEY PLATFORM_NAME PLUGINS PLUGIN_INDEXES REDIS_HOST REDIS_PASSWORD REDIS_PORT REDIS_USERNAME RUN_MEILISEARCH RUN_MONGODB
	RUN_MYSQL RUN_REDIS RUN_SMTP SMTP_HOST SMTP_PASSWORD SMTP_PORT SMTP_USERNAME SMTP_USE_SSL SMTP_USE_TLS`

// TestKeysOf_CompleteForTutor21 has a row for each of them that is no pattern: an editor
// completes and explains only those.
func TestKeysOf_CompleteForTutor21(t *testing.T) {
	for _, key := range strings.Fields(defaultsOfTutor21) {
		row, known := openedx.LookupKey("config.yml", key, 21)
		assert.True(t, known && row.Key == key, "%s is only known by %q", key, row.Key)
	}
}

func TestNearestKey(t *testing.T) {
	for key, want := range map[string]string{
		"LMS_HOSTT": "LMS_HOST", "LSM_HOST": "LMS_HOST", "lms_host": "LMS_HOST", "PLATFROM_NAME": "PLATFORM_NAME", "OPENEDX_COMON_VERSION": "OPENEDX_COMMON_VERSION",
		"PLUGIN": "PLUGINS", "ENABLE_HTTP": "ENABLE_HTTPS", "GROVE_COMMON_SETTING": "GROVE_COMMON_SETTINGS", "EDX_PLATFORM_REPOSITRY": "EDX_PLATFORM_REPOSITORY",
		"LMS_HOST": "", "CMS_HOST": "", "SMTP_PORT": "", "MY_OWN_KEY": "", "RUN_NOTES": "", "NOTES_MYSQL_DATABASE": "", "ID": "", "X": "",
	} {
		assert.Equal(t, want, openedx.NearestKey("instances/a/config.yml", key), key)
	}
	assert.Equal(t, "COMPREHENSIVE_THEME_NAME", openedx.NearestKey("grove.yml", "COMPREHENSIVE_THEM_NAME"))
}
