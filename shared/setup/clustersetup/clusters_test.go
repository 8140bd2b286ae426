package clustersetup_test

import (
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/clusterfn/clustertest"
	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/health"
	"github.com/open-craft/ocim/shared/kv/kvtest"
	"github.com/open-craft/ocim/shared/netguard"
	"github.com/open-craft/ocim/shared/secret"
	"github.com/open-craft/ocim/shared/setup"
	"github.com/open-craft/ocim/shared/setup/allsetup"
	"github.com/open-craft/ocim/shared/vault"
)

func newObserved(t *testing.T, policy *netguard.Policy) *allsetup.Fleet {
	t.Helper()
	line, err := secret.NewKey("k1")
	require.NoError(t, err)
	keys, err := secret.ParseKeyring(line.Reveal())
	require.NoError(t, err)
	f := allsetup.New(allsetup.Parts{KV: kvtest.Open(t), Keys: keys, Gateways: policy, Now: setup.Now, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, f.Store.AddProject(t.Context(), fleet.Project{ID: "campus", GitLabID: 1}))
	return f
}

func TestHealthComesFromTheCluster(t *testing.T) {
	var down atomic.Bool
	server := clustertest.Start(t, clustertest.Options{Clusters: []clustertest.Cluster{{
		ID: "campus", User: secret.New("admin"), Password: secret.New("gateway-canary"), Secret: secret.New("inspector-canary-that-is-long-enough"),
		Instances: func() []string { return []string{"fine", "sick"} },
		Behaviors: map[string]clustertest.Behavior{"sick": clustertest.ImagePull},
		Offline:   func(time.Time) bool { return down.Load() },
	}}})
	f := newObserved(t, &netguard.Policy{AllowHTTP: true})
	require.NoError(t, f.Store.ChangeChunk(t.Context(), "campus", func(*fleet.Chunk) (*fleet.Chunk, error) {
		c := &fleet.Chunk{Cluster: fleet.Cluster{ID: "campus", Online: fleet.Online{State: "unknown"}}}
		for _, name := range []string{"fine", "sick"} {
			c.SetRow(fleet.Row{Digest: "d", Instance: fleet.Instance{Cluster: "campus", Name: name, Lifecycle: fleet.Active, Health: fleet.HealthState{State: fleet.Unknown}}})
		}
		return c, nil
	}))
	chunk := func() *fleet.Chunk {
		c, err := f.Store.Chunk(t.Context(), "campus")
		require.NoError(t, err)
		return c
	}
	require.NoError(t, f.Watch.Observe(t.Context(), "campus"), "there is no gateway yet")
	assert.Equal(t, fleet.Online{State: "unknown"}, chunk().Cluster.Online)

	target := server.Target("campus")
	_, err := f.Store.ChangeProject(t.Context(), "campus", nil, func(p *fleet.Project) (bool, error) {
		p.GatewayURL = target.GatewayURL
		return true, nil
	})
	require.NoError(t, err)
	require.NoError(t, f.Vault.Save(t.Context(), "campus", vault.Credentials{GatewayUser: target.User, GatewayPassword: target.Password}))
	require.NoError(t, f.Watch.Observe(t.Context(), "campus"), "there is no inspector yet")
	assert.Equal(t, fleet.Online{State: "unknown"}, chunk().Cluster.Online)

	require.NoError(t, f.Vault.Save(t.Context(), "campus", vault.Credentials{
		GatewayUser: target.User, GatewayPassword: target.Password, InspectorSecret: target.Secret,
	}))
	kept, err := f.Vault.Credentials(t.Context(), "campus")
	require.NoError(t, err)
	assert.True(t, kept.InspectorSecret.Matches("inspector-canary-that-is-long-enough"), "sealed and opened")
	require.NoError(t, f.Watch.Observe(t.Context(), "campus"))
	assert.Equal(t, "online", chunk().Cluster.Online.State)
	assert.Equal(t, fleet.Healthy, chunk().Row("fine").Instance.Health.State)
	assert.Contains(t, []fleet.Health{fleet.Degraded, fleet.Failed}, chunk().Row("sick").Instance.Health.State)
	assert.NotEmpty(t, chunk().Row("sick").Instance.Health.Reason)

	down.Store(true)
	err = f.Watch.Observe(t.Context(), "campus")
	require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
	assert.NotContains(t, err.Error(), "canary")
	assert.Equal(t, "offline", chunk().Cluster.Online.State)
	assert.Contains(t, chunk().Row("fine").Instance.Health.Reason, "last seen")
}

func TestOpenClusterSaysWhatIsMissing(t *testing.T) {
	good := vault.Credentials{InspectorSecret: secret.New("inspector-canary-that-is-long-enough")}
	for name, tt := range map[string]struct {
		policy      *netguard.Policy
		gateway     string
		credentials vault.Credentials
		unset       bool
		says        string
	}{
		"no clusters at all":  {nil, "https://gateway.example.org", good, true, "gateway"},
		"no gateway":          {&netguard.Policy{}, "", good, true, "gateway"},
		"no credentials":      {&netguard.Policy{}, "https://gateway.example.org", vault.Credentials{}, true, "inspector"},
		"no inspector secret": {&netguard.Policy{}, "https://gateway.example.org", vault.Credentials{GatewayUser: secret.New("admin")}, true, "inspector"},
		"a private network":   {&netguard.Policy{}, "https://10.0.0.1", good, false, "private network"},
		"no TLS":              {&netguard.Policy{}, "http://gateway.example.org", good, false, "https://"},
		"this machine":        {&netguard.Policy{}, "https://127.0.0.1", good, false, "private network"},
		"a short secret":      {&netguard.Policy{}, "https://gateway.example.org", vault.Credentials{InspectorSecret: secret.New("short")}, false, "32"},
	} {
		t.Run(name, func(t *testing.T) {
			f := newObserved(t, tt.policy)
			if tt.credentials != (vault.Credentials{}) {
				require.NoError(t, f.Vault.Save(t.Context(), "campus", tt.credentials))
			}
			_, err := f.OpenCluster(t.Context(), fleet.Project{ID: "campus", GatewayURL: tt.gateway})
			want := fault.Unavailable
			if tt.unset {
				want = fault.Conflict // not set up is a state, not a failure
			}
			require.Equal(t, want, fault.KindOf(err), "%v", err)
			assert.Contains(t, fault.Message(err), tt.says)
			assert.Equal(t, tt.unset, errors.Is(err, health.ErrNoInspector))
		})
	}
	f := newObserved(t, &netguard.Policy{})
	require.NoError(t, f.Vault.Save(t.Context(), "campus", good))
	_, err := f.OpenCluster(t.Context(), fleet.Project{ID: "campus", GatewayURL: "https://gateway.example.org"})
	assert.NoError(t, err)
}
