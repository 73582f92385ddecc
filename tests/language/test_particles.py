"""Korean particles by a table: after syllables, digits, units, Latin letters, brackets and fences."""

import pytest

from core.language.particles import Korean, with_particles


@pytest.mark.parametrize(
    ("before", "after"),
    [
        *(("폐를(을)", "폐를"), ("뼈을(를)", "뼈를"), ("마스크을(를)", "마스크를"), ("값을(를)", "값을")),
        *(("모델은(는)", "모델은"), ("이미지은(는)", "이미지는"), ("김이(가)", "김이"), ("나이(가)", "나가")),
        *(
            ("U-Net과(와)", "U-Net과"),
            ("초안과(와)", "초안과"),
            ("그룹와(과)", "그룹과"),
            ("뼈과(와)", "뼈와"),
        ),
        *(("서울(으)로", "서울로"), ("부산(으)로", "부산으로"), ("제주(으)로", "제주로")),
        *(("김(이)라는", "김이라는"), ("나(이)라는", "나라는")),
        *(
            ("0을(를)", "0을"),
            ("1(으)로", "1로"),
            ("2을(를)", "2를"),
            ("3(으)로", "3으로"),
            ("6(으)로", "6으로"),
        ),
        *(
            ("7(으)로", "7로"),
            ("8이(가)", "8이"),
            ("9은(는)", "9는"),
            ("10(으)로", "10으로"),
            ("0.25을(를)", "0.25를"),
        ),
        *(
            ("42 %을(를)", "42 %를"),
            ("12 px을(를)", "12 px을"),
            ("3 mm(으)로", "3 mm로"),
            ("5 MB을(를)", "5 MB를"),
        ),
        *(("film.png을(를)", "film.png를"), ("a.dcm을(를)", "a.dcm을"), ("a.zip은(는)", "a.zip은")),
        *(
            ("Kim은(는)", "Kim은"),
            ("Lee은(는)", "Lee는"),
            ("Jacob이(가)", "Jacob이"),
            ("Robert이(가)", "Robert가"),
        ),
        *(("DICOM을(를)", "DICOM을"), ("CT을(를)", "CT를"), ("MR을(를)", "MR을"), ("model(으)로", "model로")),
        *(("`` 폐.png ``을(를)", "`` 폐.png ``를"), ('"뼈"을(를)', '"뼈"를'), ("**폐**은(는)", "**폐**는")),
        *(("모델 3(현재)을(를)", "모델 3(현재)을"), ("폐(2장)은(는)", "폐(2장)는"), ("(값)은(는)", "(값)은")),
        *(("🫁을(를)", "🫁을(를)"), ("을(를)", "을(를)"), ("사과와 배", "사과와 배")),
    ],
)
def test_a_particle_follows_the_sound_before_it(before, after):
    assert with_particles(before) == after


def test_particles_are_set_once_the_braces_are_filled():
    sentence = Korean("{name}을(를) {folder}(으)로 옮겼습니다.")
    assert sentence.format(name="폐", folder="서울") == "폐를 서울로 옮겼습니다."
    assert sentence.format(name="간", folder="lung") == "간을 lung으로 옮겼습니다."
