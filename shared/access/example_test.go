package access_test

import (
	"fmt"

	"github.com/open-craft/ocim/shared/access"
)

// Roles differ by cluster, and an API token has no more than its owner and its scope.
func Example() {
	owner := access.Principal{Grants: access.Grants{
		Global:   access.Viewer,
		Clusters: map[string]access.Role{"campus": access.Administrator},
	}}
	fmt.Println(owner.Allowed(access.Operator, "campus"), owner.Allowed(access.Operator, "academy"))

	token := access.Principal{Grants: owner.Grants.Within(access.Scope{Role: access.Operator, Clusters: []string{"campus"}})}
	fmt.Println(token.Allowed(access.Operator, "campus"), token.Allowed(access.Administrator, "campus"), token.Sees("academy"))
	// Output:
	// true false
	// true false false
}
