package bolt

import (
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/open-craft/ocim/shared/kv"
)

func TestDecode_ReadsCountersOfEarlierReleases(t *testing.T) {
	t.Parallel()
	var b []byte
	for _, n := range []uint64{7, 0} { // version, expiry
		b = binary.BigEndian.AppendUint64(b, n)
	}
	b = append(b, counter)
	r, err := decode(binary.BigEndian.AppendUint64(b, ^uint64(41)))
	require.NoError(t, err)
	key := kv.Key{Partition: "p", Sort: "n"}
	assert.Equal(t, kv.Item{Key: key, Version: 7, Value: []byte("-42")}, r.item(key))
	_, err = decode(append(b, 1))
	assert.Error(t, err, "a counter that was cut off")
}
