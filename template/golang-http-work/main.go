// The program around a function.
package main

import (
	function "handler/function"

	"github.com/open-craft/ocim/shared/faas"
)

// version is set by the build.
var version = "dev"

func main() { faas.Serve(function.Handle, version) }
