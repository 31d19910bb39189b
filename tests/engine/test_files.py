"""Files that somebody sends, and addresses of files that somebody makes up: kept safely, or not found."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from PIL import Image

from infra.engine.handler import handle
from infra.engine.products.models import ProductMedia
from infra.engine.schema.ids import to_global_id
from tests.engine.asking import staff_token
from tests.engine.shop import Shop, upload

pytestmark = pytest.mark.django_db(databases=["engine"])


def picture(**named) -> bytes:
    out = BytesIO()
    Image.effect_noise((120, 120), 90).convert("RGB").save(out, **named)
    return out.getvalue()


@pytest.mark.parametrize(
    "path",
    [
        "/media/" + "x" * 400,
        "/media/%00",
        "/media/a%00.png",
        "/media/",
        "/media/.",
        "/media//etc/passwd",
        "/media/..%2fkeys/signing.pem",
        "/media/products%2f..%2f..%2fkeys%2fsigning.pem",
        "/thumbnail/x/²/",
        "/thumbnail/x/" + "9" * 5000 + "/",
        "/thumbnail/%00/64/",
        "/thumbnail/x/64/exe/",
    ],
)
def test_files_that_are_not_there_are_not_found(path):
    assert handle("GET", path, {}, b"")[0] == 404


def test_a_file_is_no_folder():
    shop = Shop()
    upload(shop.token, shop.product())

    assert handle("GET", f"/media/{ProductMedia.objects.get().image}/x", {}, b"")[0] == 404


def test_of_a_picture_that_breaks_off_there_is_no_smaller_one():
    shop = Shop()
    product = shop.product()
    payload = upload(shop.token, product, name="a.jpg", kind="image/jpeg", content=picture(format="JPEG")[:4000])
    if payload["errors"]:  # found out at once is as good
        assert not ProductMedia.objects.exists()
        return
    gid = to_global_id("ProductMedia", ProductMedia.objects.get().pk)

    assert handle("GET", f"/thumbnail/{gid}/64/", {}, b"")[0] == 404


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(picture(format="PPM"), id="a format that is not served"),
        pytest.param(
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(%pipe%id) (r) file\n", id="a program"
        ),
        pytest.param(
            b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02D\x01\x00;", id="a bomb"
        ),
        pytest.param(b"", id="nothing"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", id="svg"),
    ],
)
def test_what_says_it_is_a_picture_and_is_none_is_refused(content):
    shop = Shop()

    payload = upload(shop.token, shop.product(), content=content)

    assert [error["code"] for error in payload["errors"]] == ["INVALID"]
    assert not ProductMedia.objects.exists()


@pytest.mark.parametrize(
    "name", ["a." + "x" * 300, "あ" * 200 + "." + "い" * 100, "../../keys/x.pem", "x.\u202egnp", "...", "."]
)
def test_a_file_is_kept_under_a_name_that_can_be_kept(name):
    operations = {
        "query": "mutation($file: Upload!) { fileUpload(file: $file) { uploadedFile { url } errors { code } } }",
        "variables": {"file": None},
    }
    parts = [
        b'--b\r\nContent-Disposition: form-data; name="operations"\r\n\r\n' + json.dumps(operations).encode(),
        b'--b\r\nContent-Disposition: form-data; name="map"\r\n\r\n{"0": ["variables.file"]}',
        f'--b\r\nContent-Disposition: form-data; name="0"; filename="{name}"\r\n'.encode()
        + b"Content-Type: text/plain\r\n\r\nhello",
        b"--b--\r\n",
    ]
    headers = {"Content-Type": "multipart/form-data; boundary=b", "Authorization": f"Bearer {staff_token()}"}

    status, _, content = handle("POST", "/graphql/", headers, b"\r\n".join(parts))

    answer = json.loads(content)
    if status == 400:  # a name of nothing but signs that no name has
        assert name in ("...", ".")
        return
    url = answer["data"]["fileUpload"]["uploadedFile"]["url"]
    served, sent, _ = handle("GET", url[url.index("/media/") :], {}, b"")
    assert (served, sent["Content-Disposition"], sent["X-Content-Type-Options"]) == (200, "attachment", "nosniff")
    assert "/file_upload/" in url and ".." not in url
