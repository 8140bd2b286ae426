package gitlabtest

import (
	"cmp"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

type deployKey struct {
	ID         int
	Title, Key string
	CanPush    bool
	CreatedAt  time.Time
}

func (s *Server) keyRoutes() {
	const base = "/api/v4/projects/{id}/deploy_keys"
	manage := need{scope: writeAPI, level: Maintainer}
	s.route("GET "+base, need{scope: readAPI, level: Maintainer}, func(c *call) reply {
		return list(c, slices.SortedFunc(maps.Values(c.project.keys), func(a, b *deployKey) int { return cmp.Compare(a.ID, b.ID) }), showKey)
	})
	s.route("GET "+base+"/{key}", need{scope: readAPI, level: Maintainer}, func(c *call) reply {
		k := c.project.keys[c.pathInt("key")]
		if k == nil {
			return refuse(http.StatusNotFound, "404 Not found")
		}
		return ok(showKey(k))
	})
	s.route("POST "+base, manage, func(c *call) reply {
		if c.str("key") == "" || c.str("title") == "" {
			return refuseParam("key is missing, title is missing")
		}
		added := material(c.str("key"))
		if added == "" {
			return refuse(http.StatusBadRequest, map[string]any{"key": []string{"type is forbidden. Must be RSA, DSA, ECDSA, ED25519, ECDSA_SK, or ED25519_SK", "is invalid"}, "fingerprint": []string{"cannot be generated"}})
		}
		for _, k := range c.project.keys {
			if material(k.Key) == added {
				return refuse(http.StatusBadRequest, map[string]any{"deploy_key.fingerprint_sha256": []string{"has already been taken"}})
			}
		}
		push, _ := c.flag("can_push")
		k := &deployKey{ID: c.s.take(&c.s.ids.Key), Title: c.str("title"), Key: c.str("key"), CanPush: push, CreatedAt: c.now}
		c.project.keys[k.ID] = k
		c.s.store.mark(key("key", c.project.ID, k.ID), k)
		return created(showKey(k))
	})
	s.route("DELETE "+base+"/{key}", manage, func(c *call) reply {
		k := c.project.keys[c.pathInt("key")]
		if k == nil {
			return notFound("Deploy Key")
		}
		delete(c.project.keys, k.ID)
		c.s.store.mark(key("key", c.project.ID, k.ID), nil)
		return noContent()
	})
}

// material is what a public key has beside its type and comment; empty when it is none.
func material(k string) string {
	f := strings.Fields(k)
	if len(f) < 2 || !strings.HasPrefix(f[0], "ssh-") && !strings.HasPrefix(f[0], "ecdsa-") {
		return ""
	}
	if raw, err := base64.StdEncoding.DecodeString(f[1]); err != nil || len(raw) < 16 {
		return ""
	}
	return f[1]
}

func showKey(k *deployKey) any {
	return map[string]any{
		"id": k.ID, "title": k.Title, "key": k.Key, "created_at": stamp(k.CreatedAt), "expires_at": nil, "can_push": k.CanPush,
	}
}
