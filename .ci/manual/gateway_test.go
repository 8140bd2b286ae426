package manual

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// gateway answers faas-cli as OpenFaaS' does: callers log in, a secret is created once, and
// a function that names a secret which does not exist is refused.
type gateway struct {
	*httptest.Server

	mu        sync.Mutex
	secrets   []string
	functions int
}

func startGateway(t *testing.T) *gateway {
	t.Helper()
	g := &gateway{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /system/functions", g.answer(func(*http.Request) int { return http.StatusOK }))
	mux.HandleFunc("GET /system/logs", g.answer(func(*http.Request) int { return http.StatusOK }))
	mux.HandleFunc("POST /system/secrets", g.answer(func(r *http.Request) int { return g.putSecret(r, false) }))
	mux.HandleFunc("PUT /system/secrets", g.answer(func(r *http.Request) int { return g.putSecret(r, true) }))
	mux.HandleFunc("PUT /system/functions", g.answer(g.deploy))
	g.Server = httptest.NewServer(mux)
	t.Cleanup(g.Close)
	return g
}

func (g *gateway) answer(act func(*http.Request) int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		g.mu.Lock()
		defer g.mu.Unlock()
		status := http.StatusUnauthorized
		if user, _, ok := r.BasicAuth(); ok && user == "admin" {
			status = act(r)
		}
		w.WriteHeader(status)
		if r.URL.Path == "/system/functions" && r.Method == http.MethodGet {
			_, _ = w.Write([]byte("[]"))
		}
	}
}

func (g *gateway) putSecret(r *http.Request, exists bool) int {
	var secret struct {
		Name, Value string
	}
	if json.NewDecoder(r.Body).Decode(&secret) != nil || secret.Value == "" {
		return http.StatusBadRequest
	}
	switch {
	case slices.Contains(g.secrets, secret.Name) != exists && exists:
		return http.StatusNotFound
	case slices.Contains(g.secrets, secret.Name) != exists:
		return http.StatusConflict
	}
	g.secrets = append(g.secrets, secret.Name)
	return http.StatusOK
}

func (g *gateway) deploy(r *http.Request) int {
	var function struct{ Secrets []string }
	if json.NewDecoder(r.Body).Decode(&function) != nil || slices.ContainsFunc(function.Secrets, func(s string) bool { return !slices.Contains(g.secrets, s) }) {
		return http.StatusBadRequest
	}
	g.functions++
	return http.StatusAccepted
}

// deployed is how often a function was deployed.
func (g *gateway) deployed() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.functions
}
