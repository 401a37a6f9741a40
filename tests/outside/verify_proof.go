// Verifies a checkpoint and an inclusion proof with golang.org/x/mod/sumdb/note and tlog, which know nothing of this program.
//
// usage: verify_proof VKEY ENTRY_HEX FILE.tlog-proof   exit 0: verified, 1: not
package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func hash(text string) (found tlog.Hash) {
	raw, err := base64.StdEncoding.DecodeString(text)
	check(err)
	if copy(found[:], raw) != tlog.HashSize {
		check(fmt.Errorf("%q is no hash", text))
	}
	return found
}

func main() {
	entry, err := hex.DecodeString(os.Args[2])
	check(err)
	file, err := os.ReadFile(os.Args[3])
	check(err)
	top, checkpoint, _ := strings.Cut(string(file), "\n\n")
	lines := strings.Split(top, "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		check(fmt.Errorf("no tlog-proof"))
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	check(err)
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		proof = append(proof, hash(line))
	}
	key, err := note.NewVerifier(os.Args[1])
	check(err)
	signed, err := note.Open([]byte(checkpoint), note.VerifierList(key))
	check(err)
	head := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(head[1], 10, 64)
	check(err)
	check(tlog.CheckRecord(proof, size, hash(head[2]), index, tlog.RecordHash(entry)))
	fmt.Printf("%s: entry %d of %d verified\n", head[0], index, size)
}
