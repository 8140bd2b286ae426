package identity

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// Fingerprint is a short text that differs between different grants. What is
// shown to somebody depends on it.
func (g Grants) Fingerprint() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %v", g.Global, g.Clusters)) // fmt prints maps in order
	return base64.RawURLEncoding.EncodeToString(sum[:6])
}
