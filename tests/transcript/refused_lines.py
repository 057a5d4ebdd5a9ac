"""Lines of a log that are not run, each for what it says."""

from __future__ import annotations

_TEXT = r"""
echo $(id)
echo `id`
echo "$(id)"
echo "`id`"
echo $HOME
echo ${HOME}
echo "$HOME"
echo $?
echo $'x'
ls *
ls ?
ls [a]
ls {a,b}
cat ~/x
cat a & echo b
cat a &> b
cat a >| b
(cat a)
cat <(echo a)
cat <<< x
cat 'a
cat "a
cat 3< a
cat a |
echo x |& cat
echo a;; echo b
; cat a
> b
cat a >&3
cat a >
A=b cat a
{ cat a; }
for x in a; do cat a; done
! cat a
if cat a; then ls; fi
eval ls
cd ..
sh -c ls
env ls
bash
python3 -c 1
sed s/a/b/ a
curl x
ln -s /etc x
./a
/bin/cat a
folder/../a
sudo sudo ls
cat ../secret
cat folder/../../secret
cat /etc/passwd
cat < ../secret
echo x > ../secret
cat ./../secret
echo x >> ../secret
cat nothing 2> ../secret
echo x > /tmp/hsmshell-canary
cp a ../b
cp ../secret b
cp -t .. a
cp -t../ a
mv a ..
rm ../secret
rm -rf ..
mkdir ../b
touch ../b
touch -r ../secret a
cp --target-directory=.. a
cp -s a b
cp --symbolic-link a b
cp -a a b
cp -L a b
cp -l a b
cp -rs a b
tail -f a
tail --follow a
tail -F a
tail -n1 -f a
diff -l a a
diff --to-file=../secret a
diff a ../secret
grep -f ../secret a
grep -R x
grep x ../secret
grep -e x -r ..
grep -re x ..
wc --files0-from=a
ls -L
sha256sum -c a
sha256sum ../secret
base64 ../secret
xxd ../secret
xxd a ../b
xxd -r a ../b
ls ..
cat /opt/cloudhsm/../../etc/passwd
cat /opt/cloudhsm
ls /opt
cat /opt/cloudhsmx/a
cat //etc/passwd
cat /dev/stdin
cat /dev/zero
cat /proc/self/environ
cat a /dev/null/../../etc/passwd
cat x=/etc/passwd
jq . ../secret
jq -f a
jq -L .. .
jq --rawfile f ../secret '$f' -n
jq --slurpfile f /etc/passwd . a
jq -n 'import "x" as x; x'
jq -n 'include "x"; 1'
jq --args . a
jq --from-file a
jq -nf a
openssl
openssl s_client -connect x:1
openssl s_server
openssl ocsp
openssl engine x
openssl rehash .
openssl ca
openssl storeutl a
openssl speed
openssl dgst -engine x a
openssl dgst -provider x a
openssl dgst --provider x a
openssl dgst -provider-path=. a
openssl req -config a
openssl x509 -extfile a
openssl x509 -in ../secret
openssl x509 -in=../secret
openssl x509 -in /etc/passwd
openssl x509 -out ../b
openssl x509 --out ../b
openssl x509 -in file:a
openssl x509 -in http://x/
openssl rsa -passin file:../secret
openssl rsa -passin env:PATH
openssl rsa -in a -passin fd:0
openssl dgst ../secret
openssl dgst -sign ../k a
openssl dgst -out -subj ../secret
openssl dgst -sign -subj ../secret a
openssl sha256 ../secret
openssl req -newkey param:../secret
openssl req -addext proxyCertInfo=policy:file:../secret
openssl asn1parse -genconf a
openssl verify -CAfile ../secret a
openssl verify -CAstore x a
openssl verify -crl_download a
openssl rand -writerand ../b 1
hsmshell
hsmshell key_mgmt_util
hsmshell lab
hsmshell lab destroy --yes
hsmshell lab init --force
hsmshell --lab .. lab show
hsmshell shims .
hsmshell replay a
hsmshell lab --lab .. show
hsmshell record
hsmshell lab cluster initialize c --csr ../b
hsmshell lab cluster initialize c --csr=/tmp/b
key_mgmt_util
sudo
cat a; cat ../secret
cat a | cat ../secret
rm a && ls $HOME
"""

REFUSED = [
    *_TEXT.strip().splitlines(),
    "cat << END\nx\nEND",
    "cat a \\",
    "cat a && ",
    "cat \0",
    "cat \ud800",
    "echo " + "x" * 70_000,
]
