package identity

import "github.com/open-craft/ocim/shared/access"

// The access rules' types and roles, under the names that users of this package
// know them by.
type (
	Role      = access.Role
	Grants    = access.Grants
	Principal = access.Principal
	Scope     = access.Scope
)

// The roles, from the least to the most.
const (
	Viewer        = access.Viewer
	Operator      = access.Operator
	Administrator = access.Administrator
)
