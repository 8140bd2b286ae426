package grove

import "testing"

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
