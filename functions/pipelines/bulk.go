package function

import "github.com/open-craft/ocim/shared/faas"

func (f *pipelines) bulkRoutes(*faas.API) {}
