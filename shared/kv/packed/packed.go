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

// small is up to how many bytes a value is left as it is: with its key it takes one
// write unit, which is what the smallest item costs.
const small = 800

// magic is what each Zstandard frame begins with; no JSON does.
var magic = []byte{0x28, 0xb5, 0x2f, 0xfd}

// Pack compresses JSON, unless it is small.
func (c Codec) Pack(text []byte) []byte {
	if len(text) <= small {
		return text
	}
	return c.zip.EncodeAll(text, nil)
}

// Unpack gives what Pack was given. It also gives plain JSON of any size, as earlier
// releases stored it.
func (c Codec) Unpack(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, magic) {
		return data, nil
	}
	return c.unzip.DecodeAll(data, nil)
}

// PackJSON packs a value as JSON.
func (c Codec) PackJSON(v any) ([]byte, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return c.Pack(text), nil
}

// UnpackJSON gives what PackJSON was given.
func (c Codec) UnpackJSON(data []byte, into any) error {
	text, err := c.Unpack(data)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
