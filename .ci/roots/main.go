// Command roots links every function as its image does. It is never run: it is what
// the search for dead code starts from.
package main

import (
	auth "github.com/open-craft/ocim/functions/auth"
	clusters "github.com/open-craft/ocim/functions/clusters"
	inspector "github.com/open-craft/ocim/functions/inspector"
	instances "github.com/open-craft/ocim/functions/instances"
	pipelines "github.com/open-craft/ocim/functions/pipelines"
	sync "github.com/open-craft/ocim/functions/sync"
	web "github.com/open-craft/ocim/functions/web"
	webhook "github.com/open-craft/ocim/functions/webhook"
	"github.com/open-craft/ocim/shared/faas"
)

func main() {
	for _, handle := range []faas.Handle{
		auth.Handle, clusters.Handle, inspector.Handle, instances.Handle,
		pipelines.Handle, sync.Handle, web.Handle, webhook.Handle,
	} {
		faas.Serve(handle, "")
	}
}
