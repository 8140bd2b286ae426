// Package packed compresses values of a kv.Store with Zstandard, so that a write costs
// fewer units. What is equal packs to equal bytes.
package packed

import (
	"bytes"
	"encoding/json"

	"github.com/klauspost/compress/zstd"
)

// maxUnpacked bounds an unpacked value, so that a damaged item cannot fill memory.
const maxUnpacked = 64 << 20

// Codec packs and unpacks values. It is safe for concurrent use.
type Codec struct {
	zip   *zstd.Encoder
	unzip *zstd.Decoder
}

// New makes a Codec that unpacks at most so many values at the same time. It
// panics only where its options are wrong.
func New(concurrency int) Codec {
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		panic(err)
	}
	unzip, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(concurrency), zstd.WithDecoderMaxMemory(maxUnpacked))
	if err != nil {
		panic(err)
	}
	return Codec{zip, unzip}
}

// Pack compresses bytes.
func (c Codec) Pack(data []byte) []byte { return c.zip.EncodeAll(data, nil) }

// Unpack gives what Pack was given.
func (c Codec) Unpack(data []byte) ([]byte, error) { return c.unzip.DecodeAll(data, nil) }

// small is up to how many bytes JSON is left as it is: with its key it takes one write
// unit, which is what the smallest item costs.
const small = 800

// PackJSON gives a value as JSON, compressed unless it is small.
func (c Codec) PackJSON(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil || len(text) <= small {
		return text, err
	}
	return c.Pack(text), nil
}

// UnpackJSON reads what PackJSON gave. It also reads plain JSON of any size, as
// earlier releases stored it.
func (c Codec) UnpackJSON(data []byte, into any) error {
	if !bytes.HasPrefix(data, magic) {
		return json.Unmarshal(data, into)
	}
	text, err := c.Unpack(data)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// magic is what each Zstandard frame begins with; no JSON does.
var magic = []byte{0x28, 0xb5, 0x2f, 0xfd}
