package dynamo_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv/dynamo"
)

// noSources empties every source of credentials and region, and stops the
// metadata service from being asked.
func noSources(t *testing.T) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func file(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// agent answers as AWS's services of credentials do: the security token service, an agent on the
// node (ECS, EKS Pod Identity) and the metadata of a node.
func agent(t *testing.T) string {
	t.Helper()
	ends := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		document := func(key string) {
			_, _ = fmt.Fprintf(w, `{"Code":"Success","AccessKeyId":%q,"SecretAccessKey":"s","Token":"t","Expiration":%q}`, key, ends)
		}
		switch r.URL.Path {
		case "/": // STS; the SDK posts a form
			_ = r.ParseForm()
			if r.Form.Get("WebIdentityToken") != "service account's token" {
				w.WriteHeader(http.StatusBadRequest)
				return
			}
			w.Header().Set("Content-Type", "text/xml")
			_, _ = fmt.Fprintf(w, `<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>
				<AccessKeyId>web %s</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>%s</Expiration>
				</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`, r.Form.Get("RoleArn"), ends)
		case "/pod":
			document("pod " + r.Header.Get("Authorization"))
		case "/latest/api/token":
			w.Header().Set("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "600")
			_, _ = w.Write([]byte("token"))
		case "/latest/meta-data/iam/security-credentials/":
			_, _ = w.Write([]byte("role-of-the-node"))
		case "/latest/meta-data/iam/security-credentials/role-of-the-node":
			document("node")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestCredentials_OfEachDocumentedSource(t *testing.T) {
	keys := "[default]\naws_access_key_id = of the default profile\naws_secret_access_key = s\n[other]\naws_access_key_id = of another profile\naws_secret_access_key = s\n"
	for name, c := range map[string]struct {
		set  map[string]string
		want string
	}{
		"variables":        {map[string]string{"AWS_ACCESS_KEY_ID": "of the environment", "AWS_SECRET_ACCESS_KEY": "s", "AWS_SHARED_CREDENTIALS_FILE": file(t, keys)}, "of the environment"},
		"file":             {map[string]string{"AWS_SHARED_CREDENTIALS_FILE": file(t, keys)}, "of the default profile"},
		"named profile":    {map[string]string{"AWS_SHARED_CREDENTIALS_FILE": file(t, keys), "AWS_PROFILE": "other"}, "of another profile"},
		"service account":  {map[string]string{"AWS_WEB_IDENTITY_TOKEN_FILE": file(t, "service account's token"), "AWS_ROLE_ARN": "arn:aws:iam::1:role/ocim", "AWS_ENDPOINT_URL_STS": agent(t)}, "web arn:aws:iam::1:role/ocim"},
		"identity of pods": {map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": agent(t) + "/pod", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file(t, "secret")}, "pod secret"},
		"role of the node": {map[string]string{"AWS_EC2_METADATA_DISABLED": "", "AWS_EC2_METADATA_SERVICE_ENDPOINT": agent(t)}, "node"},
	} {
		t.Run(name, func(t *testing.T) {
			noSources(t)
			for k, v := range c.set {
				t.Setenv(k, v)
			}
			client, err := dynamo.NewClient(t.Context(), dynamo.Config{Region: "eu-west-1"})
			require.NoError(t, err)
			got, err := client.Options().Credentials.Retrieve(t.Context())
			require.NoError(t, err)
			assert.Equal(t, c.want, got.AccessKeyID)
		})
	}
}

func TestCredentials_RegionAndEndpointOfTheEnvironment(t *testing.T) {
	noSources(t)
	t.Setenv("AWS_CONFIG_FILE", file(t, "[default]\nregion = eu-north-1\n"))
	client, err := dynamo.NewClient(t.Context(), dynamo.Config{})
	require.NoError(t, err)
	assert.Equal(t, "eu-north-1", client.Options().Region)
	t.Setenv("AWS_REGION", "eu-west-3")
	t.Setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:8000")
	client, err = dynamo.NewClient(t.Context(), dynamo.Config{})
	require.NoError(t, err)
	assert.Equal(t, "eu-west-3", client.Options().Region)
	require.NotNil(t, client.Options().BaseEndpoint)
	assert.Equal(t, "http://127.0.0.1:8000", *client.Options().BaseEndpoint)
}

func TestCredentials_RefusesWhatAFunctionCannotUse(t *testing.T) {
	for name, profile := range map[string]string{
		"role":    "role_arn = arn:aws:iam::1:role/r\naws_access_key_id = a\naws_secret_access_key = s",
		"process": "credential_process = /bin/true",
		"sign-in": "sso_start_url = https://example.awsapps.com/start\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = r",
	} {
		t.Run(name, func(t *testing.T) {
			noSources(t)
			t.Setenv("AWS_CONFIG_FILE", file(t, "[profile ops]\n"+profile+"\n"))
			t.Setenv("AWS_PROFILE", "ops")
			_, err := dynamo.NewClient(t.Context(), dynamo.Config{Region: "eu-west-1"})
			require.Equal(t, fault.Invalid, fault.KindOf(err), "%v", err)
			require.ErrorContains(t, err, "ops")
		})
	}
	t.Run("missing profile", func(t *testing.T) {
		noSources(t)
		t.Setenv("AWS_PROFILE", "nobody")
		_, err := dynamo.NewClient(t.Context(), dynamo.Config{Region: "eu-west-1"})
		require.Equal(t, fault.Invalid, fault.KindOf(err), "%v", err)
		require.ErrorContains(t, err, "nobody")
	})
}
