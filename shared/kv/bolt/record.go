package bolt

import (
	"encoding/binary"
	"strconv"
	"time"

	"go.etcd.io/bbolt"

	"github.com/open-craft/ocim/shared/fault"
	"github.com/open-craft/ocim/shared/kv"
	"github.com/open-craft/ocim/shared/kv/internal/contract"
)

// Items live in one bucket under partition, NUL, sort key: neither part holds
// NUL, so the order is that of the sort key within each partition. Those that expire
// are also listed in a second bucket under the second (8 bytes) and the
// same key, so that a sweep reads only what it removes.
var (
	itemBucket   = []byte("items")
	expiryBucket = []byte("expiry")
)

// record is an item as it is stored: version and expiry (8 bytes each), kind
// (1 byte), then the value. Integers are big endian.
type record struct {
	version int64
	expires int64 // Unix second; 0 is never
	value   []byte
}

const (
	plain        = 0
	counter      = 1 // its value is a number (8 bytes); releases before 2026-12 wrote these
	recordHeader = 8 + 8 + 1
)

func encode(r record) []byte {
	b := make([]byte, 0, recordHeader+len(r.value))
	b = binary.BigEndian.AppendUint64(b, uint64(r.version))
	b = binary.BigEndian.AppendUint64(b, uint64(r.expires))
	b = append(b, plain)
	return append(b, r.value...)
}

// decode reads a record; its value still points into b.
func decode(b []byte) (record, error) {
	if len(b) < recordHeader {
		return record{}, fault.New(fault.Internal, "the store holds a record of %d bytes, which is too short", len(b))
	}
	r := record{
		version: int64(binary.BigEndian.Uint64(b)),
		expires: int64(binary.BigEndian.Uint64(b[8:])),
	}
	kind, body := b[recordHeader-1], b[recordHeader:]
	switch {
	case kind == plain:
		r.value = body
	case kind == counter && len(body) == 8:
		r.value = strconv.AppendInt(nil, int64(binary.BigEndian.Uint64(body)), 10)
	default:
		return record{}, fault.New(fault.Internal, "the store holds a record of unknown kind %d", kind)
	}
	return r, nil
}

// item copies the record out of the store's memory.
func (r record) item(key kv.Key) kv.Item {
	return kv.Item{Key: key, Version: r.version, Expires: contract.Time(r.expires), Value: append([]byte{}, r.value...)}
}

func itemKey(k kv.Key) []byte {
	b := make([]byte, 0, len(k.Partition)+1+len(k.Sort))
	b = append(b, k.Partition...)
	b = append(b, 0)
	return append(b, k.Sort...)
}

func expiryKey(seconds int64, key []byte) []byte {
	b := binary.BigEndian.AppendUint64(make([]byte, 0, 8+len(key)), uint64(seconds))
	return append(b, key...)
}

// read gives the item unless it is absent or expired.
func read(items *bbolt.Bucket, key kv.Key, now time.Time) (kv.Item, bool, error) {
	b := items.Get(itemKey(key))
	if b == nil {
		return kv.Item{}, false, nil
	}
	r, err := decode(b)
	if err != nil || contract.Expired(r.expires, now) {
		return kv.Item{}, false, err
	}
	return r.item(key), true, nil
}
