// Package packed compresses values of a kv.Store with Zstandard. What is equal
// packs to equal bytes.
package packed

import (
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

// PackJSON compresses a value as JSON.
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
