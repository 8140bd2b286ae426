package access

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// Fingerprint returns a short text that differs between different grants. Cached
// answers are kept per fingerprint, because what a user sees depends on it.
func (g Grants) Fingerprint() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %v", g.Global, g.Clusters)) // fmt prints maps in order
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
