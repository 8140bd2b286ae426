package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/functions/local/server"
	"github.com/open-craft/ocim/functions/local/servertest"
)

var stack = filepath.Join("..", "..", "stack.yml")

func start(t *testing.T, cfg config) servertest.Program {
	t.Helper()
	return servertest.Start(t, func(ctx context.Context, stdout io.Writer, log *slog.Logger) error {
		return serve(ctx, cfg, stdout, log)
	})
}

func TestServe_ContinuesWhereItStopped(t *testing.T) {
	t.Parallel()
	cfg := config{
		Config:     server.Config{Listen: "127.0.0.1:0", Dir: filepath.Join(t.TempDir(), "kept"), Stack: stack},
		DemoListen: servertest.FreeAddress(t), DemoClustersListen: "127.0.0.1:0", DemoSpeed: 60,
	}
	first := start(t, cfg)
	_, token, found := strings.Cut(first.How, "/setup#")
	require.True(t, found, first.How)
	credentials := `"email":"ada@example.org","password":"seventeen lamps over Lisbon"`
	status, body := servertest.Call(t, http.MethodPost, first.Base+"/function/auth/v1/setup", "", `{"token":"`+token+`","name":"Ada",`+credentials+`}`)
	require.Equal(t, http.StatusCreated, status, string(body))
	var in struct{ AccessToken string }
	require.NoError(t, json.Unmarshal(body, &in))

	// The schedule's first call reads the demonstration from its GitLab, and asks its
	// clusters what runs.
	require.Eventually(t, func() bool {
		_, n := clusters(t, first.Base, in.AccessToken)
		return n >= 40
	}, time.Minute, 50*time.Millisecond, first.Log.String())
	names, instances := clusters(t, first.Base, in.AccessToken)
	assert.Len(t, names, 3)
	require.Eventually(t, func() bool { return crashing(t, first, in.AccessToken).health == "failed" }, time.Minute, 50*time.Millisecond, first.Log.String())

	// Its pods run; that its site does not answer is found from outside.
	require.Eventually(t, func() bool { return sitesOf(t, first.Base, in.AccessToken)["northgate-college"] != "" }, time.Minute, 50*time.Millisecond, first.Log.String())
	failing := sitesOf(t, first.Base, in.AccessToken)
	assert.Equal(t, "healthy down courses.northgate.example.org answers with an error (500).", failing["northgate-college"])
	assert.Contains(t, failing["harbour-business-school"], "healthy degraded The certificate of executive.harbour.example.org ends on ")
	assert.Len(t, failing, 2)

	require.NoError(t, first.Stop())
	second := start(t, cfg)
	assert.Contains(t, second.How, "/login")
	status, body = servertest.Call(t, http.MethodPost, second.Base+"/function/auth/v1/login", "", "{"+credentials+"}")
	require.Equal(t, http.StatusOK, status, string(body))
	require.NoError(t, json.Unmarshal(body, &in))
	again, stillThere := clusters(t, second.Base, in.AccessToken)
	assert.Equal(t, names, again, "the projects are added once")
	assert.GreaterOrEqual(t, stillThere, instances)
	status, _ = servertest.Call(t, http.MethodGet, crashing(t, second, in.AccessToken).gateway, "", "")
	assert.Equal(t, http.StatusUnauthorized, status, "the clusters are called at their new address")
	require.NoError(t, second.Stop())
}

// clusters returns the names of the clusters, and how many instances all have.
func clusters(t *testing.T, base, bearer string) (names []string, instances int) {
	t.Helper()
	status, body := servertest.Call(t, http.MethodGet, base+"/function/clusters/v1/clusters", bearer, "")
	require.Equal(t, http.StatusOK, status, string(body))
	var tree struct {
		Clusters []struct {
			Name      string
			Instances []any
		}
	}
	require.NoError(t, json.Unmarshal(body, &tree))
	for _, c := range tree.Clusters {
		names = append(names, c.Name)
		instances += len(c.Instances)
	}
	return names, instances
}

// sitesOf returns the health, the state and the reason of the sites that do not work, by
// instance.
func sitesOf(t *testing.T, base, bearer string) map[string]string {
	t.Helper()
	status, body := servertest.Call(t, http.MethodGet, base+"/function/clusters/v1/instances?site=down&site=degraded", bearer, "")
	require.Equal(t, http.StatusOK, status, string(body))
	var page struct {
		Instances []struct {
			Name   string
			Health struct{ State string }
			Site   struct{ State, Reason string }
		}
	}
	require.NoError(t, json.Unmarshal(body, &page))
	found := map[string]string{}
	for _, i := range page.Instances {
		found[i.Name] = i.Health.State + " " + i.Site.State + " " + i.Site.Reason
	}
	return found
}

type crashed struct{ gateway, health string }

// crashing returns the gateway of the demonstration's first cluster, and the health of
// an instance that always crashes there.
func crashing(t *testing.T, p servertest.Program, bearer string) crashed {
	t.Helper()
	status, body := servertest.Call(t, http.MethodGet, p.Base+"/function/clusters/v1/projects/grove-campus-aws", bearer, "")
	require.Equal(t, http.StatusOK, status, string(body))
	var of struct{ Project struct{ GatewayURL string } }
	require.NoError(t, json.Unmarshal(body, &of))
	status, body = servertest.Call(t, http.MethodGet, p.Base+"/function/instances/v1/clusters/grove-campus-aws/instances/delta-polytechnic", bearer, "")
	var page struct {
		Instance struct{ Health struct{ State string } }
	}
	if status == http.StatusOK {
		require.NoError(t, json.Unmarshal(body, &page))
	}
	return crashed{of.Project.GatewayURL, page.Instance.Health.State}
}

func TestServe_ReportsWhatIsWrong(t *testing.T) {
	t.Parallel()
	of := func() server.Config { return server.Config{Dir: t.TempDir(), Listen: "127.0.0.1:0", Stack: stack} }
	for name, c := range map[string]struct {
		cfg  config
		says string
	}{
		"another GitLab":   {config{Config: of(), GitLabURL: "https://gitlab.example.org"}, "make serve"},
		"no GitLab port":   {config{Config: of(), DemoListen: "127.0.0.1:99999"}, "OCIM_DEMO_LISTEN"},
		"no clusters port": {config{Config: of(), DemoListen: servertest.FreeAddress(t), DemoClustersListen: "127.0.0.1:99999"}, "OCIM_DEMO_CLUSTERS_LISTEN"},
	} {
		err := serve(t.Context(), c.cfg, io.Discard, slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, c.says, name)
	}
}
