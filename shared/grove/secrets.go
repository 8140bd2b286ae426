package grove

import (
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/openedx"
)

// MaskText stands for a secret value in masked text. It is plain text in every YAML
// style.
const MaskText = "••••••••"

// Masker reads files and finds the secrets in them, by the tables of package openedx
// and by what a project's administrator added to them. The functions of the same names
// know only the tables.
type Masker struct{ keys *openedx.SecretKeys }

// newMasker makes a masker with the rules of a project.
func newMasker(rules fleet.SecretRules) *Masker {
	return &Masker{keys: openedx.NewSecretKeys(rules)}
}

// MaskerOf gives the masker of a project's contract, which may be nil.
func MaskerOf(c *fleet.Contract) *Masker {
	if c == nil || len(c.Secrets.Mask)+len(c.Secrets.Show) == 0 {
		return standard()
	}
	return newMasker(c.Secrets)
}

// IsSecret reports whether a value at a path of keys is secret by any of them.
func (m *Masker) IsSecret(path ...string) bool {
	return slices.ContainsFunc(path, func(key string) bool { return m.keys.Judge(key).Secret() })
}

// standard is the masker of the tables alone.
var standard = sync.OnceValue(func() *Masker { return newMasker(fleet.SecretRules{}) })

// secretNodes finds the nodes that are secret, anchors included that a secret
// key reaches through an alias.
func (m *Masker) secretNodes(root *yaml.Node) map[*yaml.Node]bool {
	w := secretWalk{keys: m.keys, secret: map[*yaml.Node]bool{}, seen: map[*yaml.Node]openedx.Secrecy{}}
	w.walk(root, openedx.PlainKey)
	return w.secret
}

type secretWalk struct {
	keys   *openedx.SecretKeys
	secret map[*yaml.Node]bool
	seen   map[*yaml.Node]openedx.Secrecy // strongest secrecy that a node was visited with
}

// walk marks what is below a key of the given secrecy.
func (w *secretWalk) walk(n *yaml.Node, under openedx.Secrecy) {
	if was, visited := w.seen[n]; visited && was >= under {
		return
	}
	w.seen[n] = under
	if under.Secret() {
		w.secret[n] = true
	}
	switch n.Kind {
	case yaml.AliasNode:
		w.walk(n.Alias, under)
	case yaml.SequenceNode:
		flagged := false // the entry before is a flag such as --password
		for _, item := range n.Content {
			state := under
			if flagged {
				state = max(state, openedx.SecretKey)
			}
			w.walk(item, state)
			flagged = item.Kind == yaml.ScalarNode && isSecretFlag(w.keys, item.Value)
		}
	case yaml.MappingNode:
		w.mapping(n, under)
	}
}

func (w *secretWalk) mapping(n *yaml.Node, under openedx.Secrecy) {
	variable := w.namesSecret(n)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := deref(n.Content[i])
		state := under
		if key.Kind != yaml.ScalarNode {
			w.walk(key, under)
		} else {
			own := w.keys.Judge(key.Value)
			switch {
			case variable && strings.EqualFold(key.Value, "value"):
				own = openedx.SecretKey
			case under == openedx.AmbiguousKey && own == openedx.HarmlessKey:
				state = openedx.PlainKey
			}
			state = max(state, own)
		}
		w.walk(n.Content[i+1], state)
	}
}

// namesSecret recognizes Kubernetes' way of writing a variable, `name: DB_PASSWORD`
// beside `value: …`.
func (w *secretWalk) namesSecret(m *yaml.Node) bool {
	for i := 0; i+1 < len(m.Content); i += 2 {
		key, value := deref(m.Content[i]), deref(m.Content[i+1])
		if key.Kind == yaml.ScalarNode && strings.EqualFold(key.Value, "name") &&
			value.Kind == yaml.ScalarNode && w.keys.Judge(value.Value).Secret() {
			return true
		}
	}
	return false
}

// isSecretFlag reports whether a text is nothing but a flag whose value follows, such
// as --api-key.
func isSecretFlag(keys *openedx.SecretKeys, s string) bool {
	return len(s) > 2 && len(s) <= maxFlag && s[0] == '-' && !strings.ContainsAny(s, " \t\n=:") && keys.Judge(s).Secret()
}

// holdsNothing reports whether a scalar can hold no secret: null, a boolean or
// empty. Such values are left as they are under secret keys too.
func holdsNothing(n *yaml.Node) bool {
	if n.Style&^yaml.TaggedStyle != 0 {
		return n.Value == ""
	}
	switch strings.ToLower(n.Value) {
	case "", "~", "null", "true", "false":
		return true
	}
	return false
}
