package bulk_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/bulk"
	"github.com/open-craft/ocim/shared/costtest"
	"github.com/open-craft/ocim/shared/fleet"
	"github.com/open-craft/ocim/shared/gitlab/gitlabtest"
	"github.com/open-craft/ocim/shared/operation/operationtest"
)

// largest is the largest bulk change that is allowed, of files with so many keys.
func largest(tb testing.TB, targets, keys, changes int) (*operationtest.World, bulk.Request) {
	tb.Helper()
	w := operationtest.New(tb, instances(targets)...)
	files := map[string]string{}
	for _, name := range instances(targets) {
		var text strings.Builder
		fmt.Fprintf(&text, "LMS_HOST: %s.example.org\n", name)
		for i := range keys {
			switch i % 10 {
			case 3:
				fmt.Fprintf(&text, "# about this\nBLOCK_%d: |\n  one = %d\n  two = 2\n\n", i, i)
			case 7:
				fmt.Fprintf(&text, "MAP_%d:\n  enabled: true # here\n  name: \"unit %d\"\n", i, i)
			default:
				fmt.Fprintf(&text, "KEY_%d: \"value %d\"\n", i, i)
			}
		}
		files["instances/"+name+"/config.yml"] = text.String()
	}
	w.Server.Commit(w.ProjectID, gitlabtest.CommitSpec{Message: "keys", SkipPipeline: true, Files: files})
	require.NoError(tb, w.Server.Settle(tb.Context()))
	req := rename(targets)
	req.Changes, req.Batch = nil, 50
	for i := range changes {
		req.Changes = append(req.Changes, operationtest.Set("config.yml", fmt.Sprintf("KEY_%d", i*5), "new"))
	}
	require.Equal(tb, fleet.Update, req.Kind)
	return w, req
}

// BenchmarkPreview_Largest previews 100 changes of 500 instances whose files have 300 keys.
func BenchmarkPreview_Largest(b *testing.B) {
	w, req := largest(b, 500, 300, 100)
	before := costtest.ProcessorTime(b)
	b.ResetTimer()
	for range b.N {
		preview, err := w.Bulks.Preview(b.Context(), req)
		require.NoError(b, err)
		require.Len(b, preview.Groups, 1)
	}
	b.ReportMetric((costtest.ProcessorTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
}
