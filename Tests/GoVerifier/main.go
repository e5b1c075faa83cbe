// Verifies an audit pack with Go's own implementation of signed notes and transparency logs (golang.org/x/mod), which
// shares no code with Concord: the signature, the root from entries and tiles, inclusion and consistency proofs, and
// the commitments to revisions. Usage: pack-check PACK VKEY
package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type pack map[string][]byte

func main() {
	if len(os.Args) != 3 {
		fmt.Println("usage: pack-check PACK VKEY")
		os.Exit(2)
	}
	verdict, err := verify(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Println("BAD:", err)
		os.Exit(1)
	}
	fmt.Println("GOOD:", verdict)
}

func verify(path, vkey string) (string, error) {
	files, err := read(path)
	if err != nil {
		return "", err
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return "", err
	}
	tree, err := openCheckpoint(files["checkpoint"], verifier)
	if err != nil {
		return "", fmt.Errorf("checkpoint: %v", err)
	}
	var entries map[int64][]byte
	proofs := 0
	if files["tile/0/000"] != nil || anyWith(files, "tile/") {
		entries, proofs, err = whole(files, tree)
	} else {
		entries, proofs, err = chosen(files, tree)
	}
	if err != nil {
		return "", err
	}
	steps, err := consistency(files, tree, verifier)
	if err != nil {
		return "", err
	}
	revisions, err := commitments(files, entries)
	if err != nil {
		return "", err
	}
	files2, err := evidence(files)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d entries, %d inclusion proofs, %d consistency proofs, %d revisions, %d files",
		len(entries), proofs, steps, revisions, files2), nil
}

func read(path string) (pack, error) {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return nil, err
	}
	defer archive.Close()
	files := pack{}
	for _, file := range archive.File {
		reader, err := file.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(reader)
		reader.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %v", file.Name, err)
		}
		files[file.Name] = content
	}
	return files, nil
}

func anyWith(files pack, prefix string) bool {
	for name := range files {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func openCheckpoint(text []byte, verifier note.Verifier) (tlog.Tree, error) {
	signed, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := parseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func parseHash(text string) (tlog.Hash, error) {
	var hash tlog.Hash
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(bytes) != tlog.HashSize {
		return hash, fmt.Errorf("%q is no hash", text)
	}
	copy(hash[:], bytes)
	return hash, nil
}

// The path of a tile as C2SP tlog-tiles writes it: the height is fixed, entries are tiles of their own.
func tilePath(tile tlog.Tile, entries bool) string {
	n := tile.N
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	level := strconv.Itoa(tile.L)
	if entries {
		level = "entries"
	}
	path = "tile/" + level + "/" + path
	if tile.W != 1<<uint(tile.H) {
		path += ".p/" + strconv.Itoa(tile.W)
	}
	return path
}

type tiles struct {
	files pack
	size  int64
}

func (t tiles) Height() int { return 8 }
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data := t.files[tilePath(tile, false)]
		if data == nil {
			return nil, fmt.Errorf("%s is missing", tilePath(tile, false))
		}
		found = append(found, data)
	}
	return found, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func whole(files pack, tree tlog.Tree) (map[int64][]byte, int, error) {
	entries := map[int64][]byte{}
	// The root from the entries alone, by the stored hashes that Go computes itself.
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range indexes {
			found = append(found, stored[index])
		}
		return found, nil
	})
	for n := int64(0); n < tree.N; {
		width := tree.N - n
		if width > 256 {
			width = 256
		}
		name := tilePath(tlog.Tile{H: 8, L: 0, N: n / 256, W: int(width)}, true)
		bundle := files[name]
		for place := int64(0); place < width; place++ {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return nil, 0, fmt.Errorf("%s ends before entry %d", name, n+place)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			entry := bundle[2 : 2+length]
			bundle = bundle[2+length:]
			hashes, err := tlog.StoredHashes(n+place, entry, reader)
			if err != nil {
				return nil, 0, err
			}
			stored = append(stored, hashes...)
			entries[n+place] = entry
		}
		if len(bundle) != 0 {
			return nil, 0, fmt.Errorf("%s holds more than %d entries", name, width)
		}
		n += width
	}
	root, err := tlog.TreeHash(tree.N, reader)
	if err != nil {
		return nil, 0, err
	}
	if root != tree.Hash {
		return nil, 0, fmt.Errorf("the entries give the root %v, signed is %v", root, tree.Hash)
	}
	// Proofs from the tiles of the pack; the reader checks each tile against the signed root.
	proofs := 0
	fromTiles := tlog.TileHashReader(tree, tiles{files, tree.N})
	for index := int64(0); index < tree.N; index += 1 + tree.N/50 {
		proof, err := tlog.ProveRecord(tree.N, index, fromTiles)
		if err != nil {
			return nil, 0, fmt.Errorf("tiles: %v", err)
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entries[index])); err != nil {
			return nil, 0, fmt.Errorf("entry %d: %v", index, err)
		}
		proofs++
	}
	return entries, proofs, nil
}

func hashLines(lines []string) ([]tlog.Hash, error) {
	var hashes []tlog.Hash
	for _, line := range lines {
		hash, err := parseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func chosen(files pack, tree tlog.Tree) (map[int64][]byte, int, error) {
	entries := map[int64][]byte{}
	for name, entry := range files {
		if !strings.HasPrefix(name, "entries/") || !strings.HasSuffix(name, ".json") {
			continue
		}
		base := strings.TrimSuffix(name, ".json")
		index, err := strconv.ParseInt(strings.TrimPrefix(base, "entries/"), 10, 64)
		if err != nil {
			return nil, 0, err
		}
		head, checkpoint, _ := strings.Cut(string(files[base+".tlog-proof"]), "\n\n")
		lines := strings.Split(head, "\n")
		if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || lines[1] != fmt.Sprintf("index %d", index) {
			return nil, 0, fmt.Errorf("%s has no proof", name)
		}
		if checkpoint != string(files["checkpoint"]) {
			return nil, 0, fmt.Errorf("the proof of %s has another checkpoint", name)
		}
		hashes, err := hashLines(lines[2:])
		if err != nil {
			return nil, 0, err
		}
		if err := tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
			return nil, 0, fmt.Errorf("entry %d: %v", index, err)
		}
		entries[index] = entry
	}
	return entries, len(entries), nil
}

func consistency(files pack, tree tlog.Tree, verifier note.Verifier) (int, error) {
	if files["previous-checkpoint"] == nil {
		return 0, nil
	}
	old, err := openCheckpoint(files["previous-checkpoint"], verifier)
	if err != nil {
		return 0, fmt.Errorf("previous checkpoint: %v", err)
	}
	head, checkpoint, _ := strings.Cut(string(files["consistency-proof"]), "\n\n")
	if checkpoint != string(files["checkpoint"]) {
		return 0, fmt.Errorf("the consistency proof leads to another checkpoint")
	}
	lines := strings.Split(head, "\n")
	if lines[0] != fmt.Sprintf("old %d", old.N) {
		return 0, fmt.Errorf("the consistency proof begins with %q", lines[0])
	}
	hashes, err := hashLines(lines[1:])
	if err != nil {
		return 0, err
	}
	return 1, tlog.CheckTree(hashes, tree.N, tree.Hash, old.N, old.Hash)
}

func commitments(files pack, entries map[int64][]byte) (int, error) {
	var names []string
	for name := range files {
		if strings.HasPrefix(name, "records/") {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	count := 0
	for _, name := range names {
		for _, line := range bytes.Split(bytes.TrimSuffix(files[name], []byte("\n")), []byte("\n")) {
			var revision struct {
				Body  json.RawMessage
				Index int64
				Salt  string
			}
			if err := json.Unmarshal(line, &revision); err != nil {
				return 0, fmt.Errorf("%s: %v", name, err)
			}
			var leaf struct{ After string }
			if err := json.Unmarshal(entries[revision.Index], &leaf); err != nil {
				return 0, fmt.Errorf("entry %d: %v", revision.Index, err)
			}
			salt, err := hex.DecodeString(revision.Salt)
			if err != nil {
				return 0, err
			}
			sum := sha256.Sum256(append(salt, revision.Body...))
			if leaf.After != "sha256:"+hex.EncodeToString(sum[:]) {
				return 0, fmt.Errorf("the revision of entry %d does not fit its commitment", revision.Index)
			}
			count++
		}
	}
	return count, nil
}

func evidence(files pack) (int, error) {
	count := 0
	for name, content := range files {
		if !strings.HasPrefix(name, "evidence/") {
			continue
		}
		sum := sha256.Sum256(content)
		if name != "evidence/"+hex.EncodeToString(sum[:]) {
			return 0, fmt.Errorf("%s is another file", name)
		}
		count++
	}
	return count, nil
}
