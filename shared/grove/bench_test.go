package grove

import (
	"strings"
	"testing"
)

func BenchmarkRead(b *testing.B) {
	text := testdata(b, "mask/config.yml")
	for b.Loop() {
		Read("config.yml", text)
	}
}

func BenchmarkMask(b *testing.B) {
	text := testdata(b, "mask/config.yml")
	for b.Loop() {
		Mask("config.yml", text)
	}
}

// BenchmarkMask_LargeValue masks a value of nearly 1 MiB, alone and in a file.
func BenchmarkMask_LargeValue(b *testing.B) {
	line := "  curl https://studio.demo.example.org:8080/x?a=b&c=d -H 'X: y' | grep name: value > /dev/null\n"
	value := strings.Repeat(line, (1<<20-64)/len(line))
	b.Run("value", func(b *testing.B) {
		b.SetBytes(int64(len(value)))
		for b.Loop() {
			standard().text(value)
		}
	})
	file := []byte("GROVE_COMMON_SETTINGS: |\n" + value)
	b.Run("file", func(b *testing.B) {
		b.SetBytes(int64(len(file)))
		for b.Loop() {
			Mask("config.yml", file)
		}
	})
}
