package grove_test

import (
	"context"
	"fmt"

	"github.com/open-craft/ocim/shared/grove"
)

// One key changes, and the rest of the file stays as people wrote it.
func ExampleApply() {
	file := "# Kestrel Law\nLANGUAGE_CODE: fr   # until spring\nPLUGINS: [mfe, indigo]\n"
	applied, err := grove.Apply(context.Background(), "config.yml", []byte(file), []grove.Change{
		{Path: []string{"LANGUAGE_CODE"}, Value: "en"},
	})
	fmt.Print(string(applied.Text), applied.Made, " change, error: ", err, "\n")
	// Output:
	// # Kestrel Law
	// LANGUAGE_CODE: en   # until spring
	// PLUGINS: [mfe, indigo]
	// 1 change, error: <nil>
}

// A commit message says what a pipeline deploys.
func ExampleParseMessage() {
	m := grove.ParseMessage("[AutoDeploy][Update] kestrel-law|1079")
	fmt.Println(m.Operation, m.Deployments)
	fmt.Println(grove.ParseMessage("Correct a comment").Operation == "")
	// Output:
	// update [{kestrel-law 1079}]
	// true
}
