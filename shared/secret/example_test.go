package secret_test

import (
	"fmt"

	"github.com/open-craft/ocim/shared/secret"
)

// A sealed value opens for its own record only, and a Value never shows what it holds.
func Example() {
	key, err := secret.NewKey("2026")
	if err != nil {
		panic(err)
	}
	keys, err := secret.ParseKeyring(key.Reveal())
	if err != nil {
		panic(err)
	}
	token := secret.New("glpat-example")
	fmt.Println(token)
	sealed, err := keys.Seal([]byte(token.Reveal()), "project/42/apiToken")
	if err != nil {
		panic(err)
	}
	opened, err := keys.Open(sealed, "project/42/apiToken")
	fmt.Println(string(opened), err)
	_, err = keys.Open(sealed, "project/43/apiToken")
	fmt.Println(err != nil)
	// Output:
	// [redacted]
	// glpat-example <nil>
	// true
}
