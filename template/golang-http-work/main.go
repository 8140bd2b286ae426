// The program around a function.
package main

import (
	function "handler/function"

	"github.com/open-craft/ocim/shared/faas"
)

func main() { faas.Serve(function.Handle) }
