package redact_test

import (
	"fmt"

	"github.com/open-craft/ocim/shared/redact"
)

// What a configuration keeps secret is masked in logs, however the line was cut.
func Example() {
	r, err := redact.New([]string{"correct horse battery staple"})
	if err != nil {
		panic(err)
	}
	fmt.Println(r.Mask("mysql --password='correct horse battery staple' openedx"))
	fmt.Println(r.Mask("mysql --password='correct horse"))
	// Output:
	// mysql --password='****************************' openedx
	// mysql --password='*************
}
